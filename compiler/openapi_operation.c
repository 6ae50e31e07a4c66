/* One operation: parameters, body, answers. */
#include <inttypes.h>
#include <string.h>

#include "compiler/openapi.h"
#include "compiler/path.h"
#include "compiler/value.h"

static const char *phrase(unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } phrases[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 202, "Accepted" },
        { 204, "No Content" },
        { 206, "Partial Content" },
        { 301, "Moved Permanently" },
        { 302, "Found" },
        { 303, "See Other" },
        { 304, "Not Modified" },
        { 307, "Temporary Redirect" },
        { 308, "Permanent Redirect" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 402, "Payment Required" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 406, "Not Acceptable" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 410, "Gone" },
        { 412, "Precondition Failed" },
        { 413, "Content Too Large" },
        { 415, "Unsupported Media Type" },
        { 418, "I'm a Teapot" },
        { 422, "Unprocessable Content" },
        { 429, "Too Many Requests" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 502, "Bad Gateway" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
    };
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        if (phrases[i].status == status)
            return phrases[i].text;
    }
    return "Additional Response";
}

/* --- every parameter of an operation, its dependencies' included --- */

typedef void param_fn(struct openapi *d, const ct_param *p, void *ctx);

/* A handler's own parameters come before those of its dependencies. */
static void each_param(struct openapi *d, const ct_param *params, param_fn *fn, void *ctx)
{
    for (const ct_param *p = params; p; p = p->next)
        fn(d, p, ctx);
    for (const ct_param *p = params; p; p = p->next) {
        if (p->kind == CT_PARAM_depends)
            each_param(d, p->dependency->params, fn, ctx);
    }
}

static void each_of_depends(struct openapi *d, const ct_depends *list, param_fn *fn, void *ctx)
{
    for (const ct_depends *one = list; one; one = one->next)
        each_param(d, one->dependency->params, fn, ctx);
}

static void each_of_via(struct openapi *d, const struct via *via, param_fn *fn, void *ctx)
{
    if (!via)
        return;
    each_of_via(d, via->up, fn, ctx);
    if (via->include)
        each_of_depends(d, via->include->depends, fn, ctx);
    each_of_depends(d, via->router->depends, fn, ctx);
}

static void each_in_operation(struct openapi *d, const struct route_path *r, param_fn *fn,
                              void *ctx)
{
    each_of_via(d, r->via, fn, ctx);
    each_of_depends(d, r->route->depends, fn, ctx);
    each_param(d, r->route->function->params, fn, ctx);
}

/* --- parameters --- */

struct parameters {
    apus_json *list;
    apus_in in;
    const path_part *parts; /* of the path */
};

static bool is_listed(const apus_json *list, const char *name, const char *in)
{
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        if (apus_str_eq(apus_json_text_or(apus_json_get(p, "name"), APUS_STR("")),
                        apus_str_of(name)) &&
            apus_str_eq(apus_json_text_or(apus_json_get(p, "in"), APUS_STR("")), apus_str_of(in)))
            return true;
    }
    return false;
}

static void add_parameter(struct openapi *d, apus_json *list, const char *in, const ct_field *f,
                          const char *title_from)
{
    if (f->rules.hidden || is_listed(list, f->name, in))
        return;
    apus_json *p = apus_json_object(d->arena);
    const char *description = f->rules.description ? f->rules.description : f->doc.description;
    bool required = f->flags & APUS_FIELD_required || strcmp(in, "path") == 0;
    set_text(d, p, "name", f->name);
    set_text(d, p, "in", in);
    apus_json_set(d->arena, p, "required", apus_json_bool(d->arena, required));
    apus_json_set(d->arena, p, "schema", field_schema(d, f, title_from));
    set_text(d, p, "description", description);
    set_true(d, p, "deprecated", f->rules.deprecated);
    if (f->rules.example)
        apus_json_set(d->arena, p, "example", value_json(d, f->type, f->rules.example));
    if (f->rules.examples && f->rules.examples->kind == CT_VALUE_map)
        apus_json_set(d->arena, p, "examples", value_json(d, NULL, f->rules.examples));
    apus_json_add(list, p);
}

/* save_data is the header save-data. */
static const char *hyphens(struct openapi *d, const char *name)
{
    char *out = (char *)(uintptr_t)doc_name(d, "%s", name);
    for (char *p = out; *p; p++)
        *p = (char)(*p == '_' ? '-' : *p);
    return out;
}

/* A text that has no pattern of its own must have that of its {name:convertor}. */
static ct_field with_convertor(const ct_field *f, const path_part *parts)
{
    ct_field told = *f;
    for (const path_part *part = parts; part; part = part->next) {
        if (strcmp(part->name, f->name) != 0 || !part->own || !part->own->pattern)
            continue;
        if (f->type->kind != APUS_KIND_str || f->rules.has & APUS_RULE_pattern)
            continue;
        told.rules.has |= APUS_RULE_pattern;
        told.rules.pattern = part->own->pattern;
    }
    return told;
}

static void collect_parameter(struct openapi *d, const ct_param *p, void *ctx)
{
    static const char *const names[] = {
        [APUS_IN_path] = "path",
        [APUS_IN_query] = "query",
        [APUS_IN_header] = "header",
        [APUS_IN_cookie] = "cookie",
    };
    struct parameters *to = ctx;
    if (p->kind != CT_PARAM_value || p->in != to->in || p->field.rules.hidden)
        return;
    if (!(p->flags & APUS_PARAM_model)) {
        ct_field told = with_convertor(&p->field, p->in == APUS_IN_path ? to->parts : NULL);
        add_parameter(d, to->list, names[p->in], &told, p->field.name);
        return;
    }
    for (const ct_field *f = p->field.type->model->fields; f; f = f->next) {
        ct_field member = *f;
        if (p->in == APUS_IN_header && !(p->flags & APUS_PARAM_underscores))
            member.name = hyphens(d, f->name);
        add_parameter(d, to->list, names[p->in], &member, f->c_name);
    }
}

static apus_json *parameters_json(struct openapi *d, const struct route_path *r)
{
    apus_json *list = apus_json_array(d->arena);
    const path_part *parts = path_parse(d->arena, d->contract, r->path, NULL, NULL);
    for (apus_in in = APUS_IN_path; in <= APUS_IN_cookie; in++)
        each_in_operation(d, r, collect_parameter, &(struct parameters){ list, in, parts });
    return list;
}

/* --- the body --- */

struct body {
    const char *media_type; /* as Body(media_type = ...) says; or NULL */
    const ct_param *single; /* the only one, as long as there is only one */
    unsigned n;
    bool has_file, required;
    apus_json *members; /* an object schema of all of them */
};

static void collect_body(struct openapi *d, const ct_param *p, void *ctx)
{
    struct body *b = ctx;
    bool is_streamed = p->kind == CT_PARAM_body;
    if (!is_streamed && (p->kind != CT_PARAM_value ||
                         (p->in != APUS_IN_body && p->in != APUS_IN_form && p->in != APUS_IN_file)))
        return;
    b->single = b->n == 0 ? p : NULL;
    b->n++;
    b->has_file = b->has_file || p->in == APUS_IN_file;
    b->required = b->required || is_streamed;
    if (value_text(p->field.rules.options, "media_type"))
        b->media_type = value_text(p->field.rules.options, "media_type");
    b->required = b->required || p->field.flags & APUS_FIELD_required;
    for (const ct_field *f = p->flags & APUS_PARAM_model ? p->field.type->model->fields : NULL; f;
         f = f->next) /* a form model is asked for where one of its members is */
        b->required = b->required || f->flags & APUS_FIELD_required;
    (void)d;
}

static void collect_member(struct openapi *d, const ct_param *p, void *ctx)
{
    struct body *b = ctx;
    if (p->kind != CT_PARAM_value ||
        (p->in != APUS_IN_body && p->in != APUS_IN_form && p->in != APUS_IN_file))
        return;
    static ct_type content = { .kind = APUS_KIND_none };
    static ct_type contents = { .kind = APUS_KIND_list, .item = &content };
    ct_field f = p->field;
    if (p->in == APUS_IN_file) /* not base64, as bytes in JSON are */
        f.type = f.type->kind == APUS_KIND_list ? &contents : &content;
    d->partly = p->flags & APUS_PARAM_partial;
    object_schema_add(d, b->members, &f);
    d->partly = false;
}

/* Bytes, unless the route says itself what they are. */
static apus_json *raw_schema(struct openapi *d, const ct_route *route)
{
    apus_json *s = apus_json_object(d->arena);
    const ct_value *said = route->extra ? value_get(route->extra, "requestBody") : NULL;
    if (said && value_get(said, "content"))
        return s;
    set_text(d, s, "type", "string");
    set_text(d, s, "format", "binary");
    return s;
}

static bool is_bytes(const ct_route *r)
{
    return r->body == APUS_BODY_raw || r->body == APUS_BODY_streamed;
}

static apus_json *body_schema(struct openapi *d, const struct route_path *r, struct body *b)
{
    if (is_bytes(r->route))
        return raw_schema(d, r->route);
    if (b->single && b->single->flags & APUS_PARAM_model)
        return type_schema(d, b->single->field.type, NULL); /* a form model */
    if (r->route->body == APUS_BODY_json && b->single && !r->route->body_embedded) {
        d->partly = b->single->flags & APUS_PARAM_partial;
        apus_json *schema = field_schema(d, &b->single->field, b->single->field.name);
        d->partly = false;
        return schema;
    }
    const char *name = doc_name(d, "Body_%s", operation_id(d, r));
    b->members = object_schema(d, name);
    apus_json_set(d->arena, d->schemas, name, b->members);
    each_in_operation(d, r, collect_member, b);
    return schema_ref(d, name);
}

static apus_json *content_json(struct openapi *d, const char *type, apus_json *schema)
{
    apus_json *content = apus_json_object(d->arena), *media = apus_json_object(d->arena);
    apus_json_set(d->arena, media, "schema", schema);
    apus_json_set(d->arena, content, type, media);
    return content;
}

/* Named ones, with summaries, as Swagger UI offers them to choose from. */
static void add_named_examples(struct openapi *d, apus_json *media, const ct_param *p)
{
    const ct_value *examples = p ? p->field.rules.examples : NULL;
    if (examples && examples->kind == CT_VALUE_map)
        apus_json_set(d->arena, media, "examples", value_json(d, NULL, examples));
}

/* What a file may be, where its schema has no room for it: several types, or a range. */
static void collect_encoding(struct openapi *d, const ct_param *p, void *ctx)
{
    const ct_rules *r = &p->field.rules;
    bool is_file = p->kind == CT_PARAM_value && p->in == APUS_IN_file;
    const char *types = "";
    if (!is_file || !r->media_types || only_media_type(r))
        return;
    for (const ct_value *v = r->media_types->items; v; v = v->next)
        types = doc_name(d, "%s%s%s", types, *types ? ", " : "", v->text);
    apus_json *of_file = apus_json_object(d->arena);
    set_text(d, of_file, "contentType", types);
    apus_json_set(d->arena, ctx, p->field.name, of_file);
}

/* OpenAPI 3.1, encoding object. */
static void add_encoding(struct openapi *d, apus_json *media, const struct route_path *r)
{
    apus_json *encoding = apus_json_object(d->arena);
    each_in_operation(d, r, collect_encoding, encoding);
    if (encoding->first)
        apus_json_set(d->arena, media, "encoding", encoding);
}

static bool add_body(struct openapi *d, apus_json *operation, const struct route_path *r)
{
    struct body b = { 0 };
    each_in_operation(d, r, collect_body, &b);
    if (b.n == 0 || r->route->body == APUS_BODY_none)
        return false;
    const char *type = b.media_type                       ? b.media_type
                       : is_bytes(r->route)               ? "application/octet-stream"
                       : r->route->body == APUS_BODY_json ? "application/json"
                       : b.has_file                       ? "multipart/form-data"
                                                          : "application/x-www-form-urlencoded";
    apus_json *body = apus_json_object(d->arena);
    apus_json *content = content_json(d, type, body_schema(d, r, &b));
    add_named_examples(d, apus_json_get(content, type), b.single);
    if (b.has_file)
        add_encoding(d, apus_json_get(content, type), r);
    apus_json_set(d->arena, body, "content", content);
    set_true(d, body, "required", b.required);
    apus_json_set(d->arena, operation, "requestBody", body);
    return true;
}

/* --- answers --- */

static bool has_content(unsigned status)
{
    return status >= 200 && status != 204 && status != 304;
}

static apus_json *result_schema(struct openapi *d, const struct route_path *r)
{
    const ct_result *result = &r->route->function->result;
    if (result->is_void && r->is_call) /* whatever is answered is not looked at */
        return apus_json_object(d->arena);
    if (result->is_void) {
        apus_json *null = apus_json_object(d->arena);
        set_text(d, null, "type", "null");
        return null;
    }
    if (!result->type || result->type->kind == APUS_KIND_json)
        return apus_json_object(d->arena);
    apus_json *s = type_schema(d, r->route->sent, NULL);
    if (!apus_json_get(s, "$ref"))
        set_text(d, s, "title", title_of(d, doc_name(d, "Response_%s", operation_id(d, r))));
    return s;
}

static apus_json *response_json(struct openapi *d, const char *description, const char *media_type,
                                apus_json *schema)
{
    apus_json *response = apus_json_object(d->arena);
    set_text(d, response, "description", description);
    if (schema)
        apus_json_set(d->arena, response, "content", content_json(d, media_type, schema));
    return response;
}

/* What a media type that is not JSON holds. */
static apus_json *text_schema(struct openapi *d)
{
    apus_json *s = apus_json_object(d->arena);
    set_text(d, s, "type", "string");
    return s;
}

static bool is_json(const char *media_type)
{
    const char *slash = strchr(media_type, '/');
    return strcmp(slash ? slash + 1 : "", "json") == 0 || strstr(media_type, "+json");
}

/* Adds the answer's content to what responses = {...} says of that status. */
static void add_response_content(struct openapi *d, apus_json *responses, const ct_response *x,
                                 apus_json *schema)
{
    const char *status = doc_name(d, "%u", x->status);
    apus_json *response = apus_json_get(responses, status);
    apus_json *content = response ? apus_json_get(response, "content") : NULL;
    apus_json *media = apus_json_object(d->arena);
    if (!response || !content)
        return;
    if (schema)
        apus_json_set(d->arena, media, "schema", schema);
    apus_json_set(d->arena, content, x->produces, media);
}

static void add_response(struct openapi *d, apus_json *responses, unsigned status,
                         const char *description, const char *produces, apus_json *schema)
{
    const char *media_type = produces ? produces : "application/json";
    if (!*media_type)
        schema = NULL;
    else if (!schema && status >= 400) { /* a failure without a model of its own */
        struct failure_content content = failure_content(d, false);
        media_type = content.media_type;
        schema = content.schema;
    }
    apus_json_set(d->arena, responses, doc_name(d, "%u", status),
                  response_json(d, description, media_type, has_content(status) ? schema : NULL));
}

/* The innermost that says it; 0: nobody does. */
static uint64_t body_max_of(const struct route_path *r)
{
    uint64_t most = r->route->limits.body_max;
    for (const struct via *via = r->via; via && !most; via = via->up) {
        most = via->router->limits.body_max;
        if (!most && via->include)
            most = via->include->limits.body_max;
    }
    return most;
}

static void add_too_large(struct openapi *d, apus_json *responses, const struct route_path *r)
{
    uint64_t most = body_max_of(r);
    if (most && !r->is_call && !apus_json_get(responses, "413"))
        add_response(d, responses, 413,
                     doc_name(d, "The body may have %" PRIu64 " bytes at most", most), NULL, NULL);
}

static void add_failures(struct openapi *d, apus_json *responses, bool validates)
{
    if (validates && !apus_json_get(responses, "422")) {
        struct failure_content content = failure_content(d, true);
        apus_json_set(d->arena, responses, "422",
                      response_json(d, "Validation Error", content.media_type, content.schema));
    }
    struct failure_content content = failure_content(d, false);
    if (content.schema) /* whatever it fails with, it reads like that */
        apus_json_set(d->arena, responses, "default",
                      response_json(d, "Any other failure", content.media_type, content.schema));
}

static apus_json *success_schema(struct openapi *d, const struct route_path *r)
{
    const char *produces = r->route->produces;
    if (produces && *produces && !is_json(produces))
        return text_schema(d);
    return r->route->function->result.is_response ? apus_json_object(d->arena)
                                                  : result_schema(d, r);
}

/* An event; its data is text, or the JSON of a model. */
static apus_json *event_schema(struct openapi *d, ct_type *item)
{
    static const char *const texts[] = { "event", "id" };
    apus_json *schema = apus_json_object(d->arena), *members = apus_json_object(d->arena);
    apus_json *data = text_schema(d), *retry = apus_json_object(d->arena);
    apus_json_set(d->arena, members, "data", data);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        apus_json_set(d->arena, members, texts[i], text_schema(d));
    set_text(d, retry, "type", "integer");
    apus_json_set(d->arena, retry, "minimum", apus_json_int(d->arena, 0));
    apus_json_set(d->arena, members, "retry", retry);
    set_text(d, schema, "type", "object");
    apus_json_set(d->arena, schema, "properties", members);
    if (item) {
        apus_json *required = apus_json_array(d->arena);
        apus_json_add(required, apus_json_text(d->arena, APUS_STR("data")));
        apus_json_set(d->arena, schema, "required", required);
        set_text(d, data, "contentMediaType", "application/json");
        apus_json_set(d->arena, data, "contentSchema", type_schema(d, item, NULL));
    }
    return schema;
}

static const char *success_text(const ct_route *r)
{
    return r->response_description ? r->response_description : "Successful Response";
}

/* An answer in pieces, and what each piece is. */
static apus_json *items_response(struct openapi *d, const struct route_path *r)
{
    const ct_route *route = r->route;
    apus_json *response = apus_json_object(d->arena), *content = apus_json_object(d->arena);
    apus_json *media = apus_json_object(d->arena);
    set_text(d, response, "description", success_text(route));
    apus_json_set(d->arena, media, "itemSchema",
                  route->sends_events ? event_schema(d, route->item)
                                      : type_schema(d, route->item, NULL));
    apus_json_set(d->arena, content, route->produces, media);
    apus_json_set(d->arena, response, "content", content);
    return response;
}

static void add_responses(struct openapi *d, apus_json *responses, const struct route_path *r,
                          const ct_response *list)
{
    const ct_route *route = r->route;
    unsigned status = route->status ? route->status : 200;
    for (const ct_response *x = list; x; x = x->next) {
        apus_json *schema = x->type ? type_schema(d, x->type, NULL) : NULL;
        const char *description = x->description        ? x->description
                                  : x->status == status ? success_text(route)
                                                        : phrase(x->status);
        bool is_other = x->status == status && x->produces; /* the answer in another form */
        if (x->status == status && !x->type)
            schema = success_schema(d, r);
        else if (x->produces && !schema)
            schema = text_schema(d);
        add_response(d, responses, x->status, description, is_other ? route->produces : x->produces,
                     is_other ? success_schema(d, r) : schema);
        if (is_other)
            add_response_content(d, responses, x, x->type ? schema : NULL);
    }
}

/* What routers and includes say of all their routes; further in goes before further out. */
static void add_responses_of(struct openapi *d, apus_json *responses, const struct route_path *r,
                             const struct via *via)
{
    if (!via)
        return;
    add_responses_of(d, responses, r, via->up);
    if (via->include)
        add_responses(d, responses, r, via->include->responses);
    add_responses(d, responses, r, via->router->responses);
}

static apus_json *answers_json(struct openapi *d, const struct route_path *r, bool has_body,
                               bool validates)
{
    const ct_route *route = r->route;
    apus_json *responses = apus_json_object(d->arena);
    unsigned status = route->status ? route->status : 200;
    add_response(d, responses, status, success_text(route), route->produces, success_schema(d, r));
    if (route->item || route->sends_events)
        apus_json_set(d->arena, responses, doc_name(d, "%u", status), items_response(d, r));
    add_responses_of(d, responses, r, r->via);
    add_responses(d, responses, r, route->responses);
    if (has_body)
        add_too_large(d, responses, r);
    add_failures(d, responses, validates);
    return responses;
}

static apus_json *responses_json(struct openapi *d, const struct route_path *r, bool has_body,
                                 bool validates)
{
    d->way = CT_WAY_out;
    apus_json *responses = answers_json(d, r, has_body, validates);
    d->way = CT_WAY_in;
    return responses;
}

/* --- tags --- */

static void add_tags(struct openapi *d, apus_json *list, const ct_value *tags)
{
    if (!tags)
        return;
    if (tags->kind != CT_VALUE_list) {
        apus_json_add(list, value_json(d, NULL, tags));
        return;
    }
    for (const ct_value *v = tags->items; v; v = v->next)
        apus_json_add(list, value_json(d, NULL, v));
}

static void add_tags_of(struct openapi *d, apus_json *list, const struct via *via)
{
    if (!via)
        return;
    add_tags_of(d, list, via->up);
    if (via->include)
        add_tags(d, list, via->include->tags);
    add_tags(d, list, via->router->tags);
}

apus_json *operation_tags(struct openapi *d, const struct route_path *r)
{
    apus_json *tags = apus_json_array(d->arena);
    add_tags_of(d, tags, r->via);
    add_tags(d, tags, r->route->tags);
    return tags;
}

/* --- all of it --- */

static void set_unless_empty(struct openapi *d, apus_json *object, const char *key, apus_json *list)
{
    if (apus_json_at(list, 0))
        apus_json_set(d->arena, object, key, list);
}

static bool is_deprecated(const struct route_path *r)
{
    if (r->route->deprecated)
        return true;
    for (const struct via *via = r->via; via; via = via->up) {
        if (via->router->deprecated || (via->include && via->include->deprecated))
            return true;
    }
    return false;
}

static void note_value(struct openapi *d, const ct_param *p, void *ctx)
{
    bool *validates = ctx;
    (void)d;
    *validates = *validates || (p->kind == CT_PARAM_value && p->in <= APUS_IN_cookie);
}

apus_json *operation_json(struct openapi *d, const struct route_path *r)
{
    const ct_route *route = r->route;
    apus_json *operation = apus_json_object(d->arena);
    set_unless_empty(d, operation, "tags", operation_tags(d, r));
    set_text(d, operation, "summary",
             route->summary ? route->summary : title_of(d, route->function->name));
    set_text(d, operation, "description",
             route->description ? route->description : route->function->doc.description);
    set_text(d, operation, "operationId", operation_id(d, r));
    set_true(d, operation, "deprecated", is_deprecated(r));
    apus_json *parameters = parameters_json(d, r);
    set_unless_empty(d, operation, "parameters", parameters);
    bool has_body = add_body(d, operation, r);
    bool validates = has_body;
    each_in_operation(d, r, note_value, &validates); /* hidden ones too */
    apus_json_set(d->arena, operation, "responses", responses_json(d, r, has_body, validates));
    set_unless_empty(d, operation, "security", security_json(d, r));
    if (route->callbacks)
        apus_json_set(d->arena, operation, "callbacks", callbacks_json(d, route->callbacks));
    if (route->external_docs)
        apus_json_set(d->arena, operation, "externalDocs",
                      value_json(d, NULL, route->external_docs));
    merge_extra(d, operation, route->extra);
    return operation;
}
