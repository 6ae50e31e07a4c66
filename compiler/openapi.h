/* compiler/openapi.h - building the document: shared by its schemas and its paths. */
#ifndef APUSC_OPENAPI_H
#define APUSC_OPENAPI_H

#include "apus/json.h"
#include "compiler/contract.h"
#include "compiler/names.h"

struct openapi {
    apus_arena *arena;
    const contract *contract;
    const ct_app *app;
    apus_json *schemas;  /* components/schemas, filled as they are met */
    apus_json *security; /* components/securitySchemes */
    uint64_t bit;        /* of the app, in ct_model.apps */
    ct_way way;          /* what is being described: in or out */
    bool partly;         /* ... in a Body(partial) */
    name_table names;    /* of components, by symbol */
    name_table two_ways; /* models that differ in and out, by symbol */
    name_table partials; /* models that differ in a Body(partial), by symbol */
};

/* Members of JSON objects, in the order they are added. */
void set_text(struct openapi *d, apus_json *object, const char *key, const char *text);
void set_true(struct openapi *d, apus_json *object, const char *key, bool value);
apus_json *text_json(struct openapi *d, const char *text);

/* printf into the document's arena. */
const char *doc_name(struct openapi *d, const char *fmt, ...) APUS_PRINTF(2, 3);

/* "item_id" -> "Item Id"; "user-agent" -> "User-Agent". */
const char *title_of(struct openapi *d, const char *name);

/* --- openapi_value.c --- */

/* A default or an example as JSON, by the type it is for (NULL: as written). */
apus_json *value_json(struct openapi *d, const ct_type *type, const ct_value *v);

/* --- openapi_schema.c --- */

/* The schema of a type under rules (or NULL); models and enums become components
 * and are referred to. */
apus_json *type_schema(struct openapi *d, const ct_type *type, const ct_rules *rules);

/* The schema of a member or parameter, with title, default, description, null. */
apus_json *field_schema(struct openapi *d, const ct_field *f, const char *title_from);

/* What a file must be, where that is one type; or NULL. */
const char *only_media_type(const ct_rules *r);

/* {"$ref": "#/components/schemas/NAME"} */
apus_json *schema_ref(struct openapi *d, const char *name);

/* An object schema made of fields: Body_... of several parameters. */
apus_json *object_schema(struct openapi *d, const char *title);
void object_schema_add(struct openapi *d, apus_json *schema, const ct_field *f);

/* --- openapi_way.c --- */

/* Fills in two_ways, and partials. */
void find_two_ways(struct openapi *d);
void find_partials(struct openapi *d);

/* Whether the one at hand shows it for a Body(partial): nothing is required, and nothing stands
 * in for what is absent. */
bool is_partial(const struct openapi *d, const ct_model *m);

/* Whether the model has a schema for each way; which way the one at hand shows it; what is behind
 * its name: "", "-Input", "-Output", "-Partial". */
bool has_two_schemas(const struct openapi *d, const ct_model *m);
ct_way way_of(const struct openapi *d, const ct_model *m);
const char *way_suffix(const struct openapi *d, const ct_model *m);

/* What Model(encode = f) makes of it on the way out, and is shown there; or NULL. */
const ct_type *sent_instead(const struct openapi *d, const ct_model *m);

bool is_required(const struct openapi *d, const ct_model *m, const ct_field *f, ct_way way);

/* --- openapi_failure.c --- */

/* The name of what App(problems = rfc9457) answers with. */
#define PROBLEM_SCHEMA "ProblemDetails"

/* What a failure answers with that says no model of its own: its media type, and its schema,
 * which becomes a component.  is_invalid: a 422 of validation.  The schema is NULL where the
 * app does not say. */
struct failure_content {
    const char *media_type;
    apus_json *schema;
};
struct failure_content failure_content(struct openapi *d, bool is_invalid);

/* --- openapi_extra.c --- */

/* Merges openapi_extra (or NULL) into an object: objects member by member, lists one behind
 * the other, anything else in place of what is there. */
void merge_extra(struct openapi *d, apus_json *into, const ct_value *extra);

/* --- openapi_operation.c --- */

/* One way to a route: through which routers, with what they add. */
struct route_path {
    const char *path; /* the whole template */
    const ct_route *route;
    const struct via *via;
    bool is_call; /* a webhook or callback: somebody else serves it */
};
struct via {
    const ct_router *router;
    const ct_include *include; /* or NULL at the root */
    const struct via *up;
};

apus_json *operation_json(struct openapi *d, const struct route_path *r);

/* The tags of its routers and its own, as a list. */
apus_json *operation_tags(struct openapi *d, const struct route_path *r);

/* --- openapi_id.c --- */

const char *operation_id(struct openapi *d, const struct route_path *r);

/* --- openapi_call.c --- */

/* The webhooks of the app, by name; or those callbacks, by function. */
apus_json *webhooks_json(struct openapi *d, const ct_router *webhooks);
apus_json *callbacks_json(struct openapi *d, const ct_call *calls);

/* --- openapi.c --- */

/* Sets the operation of a path's item by its method, unless there is one. */
void add_operation(struct openapi *d, apus_json *paths, const char *path,
                   const struct route_path *r);

/* --- openapi_security.c --- */

/* The schemes that must be there stand together in one object; each optional one makes an
 * alternative, beside them.  With the scopes that the route requires. */
apus_json *security_json(struct openapi *d, const struct route_path *r);

#endif
