/* compiler/read.h - from C sources to the contract.
 *
 * Each source is parsed once by libclang; a walk over its declarations notes
 * where everything stands (read_source.c); then apps, routers and routes are
 * built from the annotations, and what they lead to is read on demand:
 *
 *     routes -> functions -> parameters -> types -> models, enums
 *                                       -> dependencies -> ...
 *
 * The syntax trees stay open until all is read, since a function may be used in
 * one source and stand in another. */
#ifndef APUSC_READ_H
#define APUSC_READ_H

#include <clang-c/Index.h>

#include "compiler/contract.h"
#include "compiler/diag.h"
#include "compiler/memory.h"
#include "compiler/names.h"
#include "compiler/value.h"

typedef struct unit unit;
typedef struct note note;
typedef struct function_decl function_decl;
typedef struct file_item file_item;

typedef struct flag_list {
    const char *const *flags; /* for libclang, complete */
    unsigned n;
} flag_list;

typedef struct read_options {
    const flag_list *per_source; /* in the order of the sources */
} read_options;

typedef struct reader {
    contract *out;
    apus_arena *arena;
    diags *diags;
    text_files *files;
    CXIndex index;
    unit *units;
    name_table functions;  /* name -> function_decl, defined and not static */
    name_table routers;    /* symbol ("orders_router", "trading_app") -> ct_router */
    name_table models;     /* declaration_key -> ct_model */
    name_table enums;      /* declaration_key -> ct_enum */
    name_table by_name;    /* symbol of a model -> its copy for by_alias = false */
    name_table symbols;    /* of models and enums, to keep them unique */
    name_table securities; /* c_name -> ct_security */
    name_table declared;   /* name -> function_decl that is defined nowhere here */
    struct route_reading *routes;
    name_table dependencies; /* symbols of dependencies, to keep them unique */
    name_table file_names;   /* device and inode -> a const char *, the file's name */
    name_table arounds;      /* name of a Middleware(...) line -> its ct_place */
} reader;

/* One parsed source. */
struct unit {
    reader *reader;
    ct_source *source;
    CXTranslationUnit tu;
    name_table functions;   /* name -> function_decl */
    name_table types;       /* tag or typedef name -> CXType * */
    name_table enumerators; /* name -> int64_t * */
    file_item *items;       /* what is annotated, in the order of the text */
    file_item *last_item;
    CXFile last_file; /* whose name is last_name */
    const char *last_name;
    unit *next;
};

/* One annotation. */
struct note {
    const char *word; /* "Get" */
    ct_place place;
    size_t offset;     /* of it in its file */
    ct_value *options; /* a map; empty when it could not be read */
    note *next;
};

/* Something at file level that carries annotations. */
struct file_item {
    CXCursor cursor;
    function_decl *function; /* or NULL */
    note *notes;
    file_item *next;
};

/* A function, with all its declarations in one source. */
struct function_decl {
    const char *name;
    unit *unit;
    CXCursor cursor; /* the definition, or the latest declaration */
    bool is_defined;
    bool is_static;
    CXCursor *all; /* each declaration */
    unsigned n_all;
    note *notes;           /* of all declarations, once each */
    ct_function *function; /* once read */
    bool in_use;           /* its dependencies are being read: for cycles */
};

/* --- read.c --- */

/* Parses the sources of r->out and fills in the contract.  false when a source
 * could not be read or is not C; everything wrong is in r->diags. */
bool read_contract(reader *r, const read_options *options);

/* Empties the reader's tables; its arena, files and so on are set. */
void reader_names(reader *r);

/* Closes the syntax trees. */
void reader_finish(reader *r);

/* --- read_source.c --- */

/* Parses one source and notes its declarations.  false: it is not C. */
bool unit_parse(unit *u, const flag_list *flags);

bool cursor_is_system(CXCursor c);
ct_place cursor_place(unit *u, CXCursor c);
ct_place location_place(unit *u, CXSourceLocation at, size_t *offset);

/* The name of a cursor, copied. */
const char *cursor_name(unit *u, CXCursor c);

/* text of a CXString, copied; the string is disposed of. */
const char *take_text(unit *u, CXString s);

/* --- read_note.c --- */

/* The annotations of a declaration, in order; options are checked against
 * what the word takes. */
note *notes_read(unit *u, CXCursor c);

/* The first annotation called word, or NULL. */
const note *notes_find(const note *notes, const char *word);

/* Appends those that are not there yet. */
void notes_join(note **notes, note *more);

/* --- keys.c --- */

/* Reports options that the annotation does not know, values of the wrong
 * shape, and what is missing; turns bare flags into keys. */
void keys_check(unit *u, note *n);

/* --- read_doc.c --- */

/* The doc comment of a declaration that begins, or whose first annotation
 * stands, at the cursor. */
ct_doc doc_read(unit *u, CXCursor c, const note *notes);

/* What the doc comment of a function says behind `@param name`. */
ct_doc doc_read_param(unit *u, CXCursor function, const note *notes, const char *name);

/* --- read_type.c --- */

/* What t is on the wire; NULL, and *why says what is wrong with it. */
ct_type *type_read(unit *u, CXType t, const char **why);

/* As generated code spells t: tags, fixed widths, apus_... */
const char *type_spell(unit *u, CXType t);

/* The same without a const of its own: what sizeof and members want. */
const char *type_spell_value(unit *u, CXType t);

/* Without typedefs; qualifiers stay. */
CXType type_canonical(CXType t);

/* What a pointer points at, as it was written. */
CXType type_pointee(CXType t);

/* "struct order", or the typedef's name; NULL for one that has no name.  Of a
 * canonical struct, union or enum, without qualifiers. */
const char *record_name(unit *u, CXType canonical);

/* Whether t is, or points at, the struct called name. */
bool type_is(unit *u, CXType t, const char *name);
bool type_points_at(unit *u, CXType t, const char *name);

/* What tells the declaration of c_name at c from others of that name: its place, by whatever
 * path its file was included. */
const char *declaration_key(unit *u, CXCursor c, const char *c_name);

/* "order" of "struct order". */
const char *bare_name(const char *c_name);

/* --- read_name.c --- */

/* A type's name in the document: Name("..."), or its own, new_order as NewOrder. */
const char *schema_name(unit *u, const note *notes, const char *c_name);

/* name, or name_2 ... where it is taken. */
const char *unique_symbol(reader *r, const char *name);

/* --- read_enum.c, read_model.c, read_union.c --- */

ct_enum *enum_read(unit *u, CXType canonical);
ct_model *model_read(unit *u, CXType canonical, const char **why);

/* A member of a struct on its way to becoming a field. */
typedef struct member {
    CXCursor cursor;
    CXType type;
    const char *c_name; /* "" when it is an anonymous struct or union */
    note *notes;
    const note *field; /* its Field(), or NULL */
    ct_place place;
    struct member *next;
} member;

member *members_read(unit *u, CXType record);

/* Adds the fields of members to m; path goes in front of their designators. */
void members_add(unit *u, ct_model *m, member *members, const char *path);

/* The same of a struct that is flattened or a shape of a union, whose Model() goes on to hold
 * (read_within.c). */
void within_add(unit *u, ct_model *m, CXType canonical, const char *path);

/* What Model() says, among the notes of a struct. */
void model_options_read(unit *u, ct_model *m, const note *notes);

/* Makes m a tagged union. */
void union_read(unit *u, ct_model *m, member *members, const member *body, const char *path);

/* When all members of m are read: gives each shape the members they share. */
void union_finish(unit *u, ct_model *m);

/* --- read_rules.c --- */

/* Fills in rules, flags, name, default of a field of which c_name, type, place
 * are set, from the options of its annotation (NULL: none). */
void field_options(unit *u, ct_field *f, const ct_value *options);

/* Sets APUS_FIELD_required, _pointer, _nullable as decisions.md's table says. */
void field_presence(ct_field *f, bool is_pointer, const ct_value *options);

/* --- read_hooks.c --- */

/* Sets f->hooks from before, check, encode, computed, and a default that names a function.
 * owner: the struct that declares it, as C spells it; path: where that stands in the model.
 * Both NULL for a parameter, which can be neither encoded nor computed. */
void hooks_read(unit *u, ct_field *f, const char *owner, const char *path, const ct_value *options);

/* Field(tag = f): what tells the shape of what was sent, by enumerators of e; NULL after an
 * error. */
ct_function *chooser_read(unit *u, const ct_value *v, const char *called, const ct_enum *e);

/* Sets m->hooks from Model(before, check, encode). */
void model_hooks_read(unit *u, ct_model *m, const ct_value *options);

/* --- read_names.c --- */

/* What a member is called on the wire: alias, alias_in, alias_out; else by the rule of its
 * model (NULL: a parameter). */
void names_read(unit *u, const ct_model *m, ct_field *f, const ct_value *options);

/* Model(names = camel, by_name). */
void model_names_read(unit *u, ct_model *m, const ct_value *options);

/* --- read_sent.c --- */

/* Sets route->sent. */
void sent_read(unit *u, ct_route *route);

/* --- read_part.c --- */

/* What include and exclude leave of a route's answer: sets route->part. */
void part_read(unit *u, ct_route *route);

/* --- read_function.c --- */

/* What name means in u: there, or defined in another source; or NULL. */
function_decl *function_find(unit *u, const char *name);

/* As function_find; reports what is not found, with a suggestion. */
function_decl *function_want(unit *u, const char *name, ct_place place, const char *what);

/* The contract's view of a function; parameters are not bound yet. */
ct_function *function_read(function_decl *f);

/* --- read_bind.c --- */

/* What decides where the values of a function's parameters come from. */
typedef struct binding {
    const char *const *path_names; /* NULL-terminated; may be NULL */
    const ct_value *constants;     /* options of Depends(), or NULL */
    bool takes_body;               /* the method has one */
    bool is_dependency;
    const char *what; /* "Get", or "a dependency", for messages */
} binding;

ct_param *params_bind(function_decl *f, const binding *b);

/* --- read_depends.c --- */

/* The dependency that f is, with these constants, where those names are in the
 * path.  NULL after an error. */
ct_dependency *dependency_read(function_decl *f, const binding *from, const ct_value *constants,
                               ct_place place);

/* depends = [a, b] */
ct_depends *depends_read(unit *u, const ct_value *options, const char *const *path_names);

/* --- read_around.c --- */

/* middleware = [f, g], outermost first. */
ct_around *middleware_read(unit *u, const ct_value *options);

/* Middleware(name, ...): from now on that is a name for such a list. */
void middleware_declare(unit *u, const note *n);

/* --- read_declared.c --- */

/* Calls declare for each annotation of that word that stands on a line of its own. */
void declarations_each(unit *u, const char *word, void (*declare)(unit *u, const note *n));

/* n declares again what stands at first.  NULL: it is that line, in a header that several sources
 * include; else the error, which takes notes. */
diag *declared_again(unit *u, const note *n, const ct_place *first, const char *fmt, ...)
    APUS_PRINTF(4, 5);

/* --- read_app.c --- */

void items_read_apps(unit *u); /* App, Router, Security, Test */
ct_value *read_texts(unit *u, const ct_value *options, const char *key); /* as a list */
/* App(openapi_edit = f), when all functions are known; u is the app's. */
void app_read_edit(unit *u, ct_app *app);
void items_read_includes(unit *u);   /* Include; when all routers are known */
void items_read_topics(unit *u);     /* read_topic.c */
void items_read_states(unit *u);     /* read_state.c */
void items_read_convertors(unit *u); /* read_convertor.c */

/* What a WebSocket route says (read_socket.c). */
void socket_read(unit *u, ct_route *route, const function_decl *f);

/* --- read_security.c --- */

void security_read(unit *u, const file_item *it, const note *n);

/* The scheme that a parameter of that type takes its credential from, or NULL. */
ct_security *security_find(unit *u, CXType t, bool *is_pointer);

/* scopes = "trade", scopes = ["read", "trade"]: as a list, or NULL. */
ct_value *scopes_read(unit *u, const ct_value *options);

/* --- read_route.c --- */

void items_read_routes(unit *u);
void items_bind_routes(reader *r);

/* The app of the file's latest Router or App in front of it; or NULL. */
ct_app *app_for(unit *u, const file_item *at);

/* Adds a route of f to router and leaves its parameters for items_bind_routes. */
ct_route *route_read(unit *u, function_decl *f, const note *n, ct_router *router,
                     apus_method method);

/* responses = {404: problem} */
ct_response *responses_read(unit *u, const ct_value *options);

/* The type that a name in an option means; NULL after an error. */
ct_type *type_called(unit *u, const ct_value *v);

/* "500ms", "2s": in nanoseconds; -1 for what is no length of time. */
int64_t duration_read(const char *text);

/* The option of that name as ns; 0: not said, or said to be wrong. */
/* What `produces` says: NULL: nothing; "": that there is none. */
const char *produces_read(unit *u, const ct_value *options);

/* ... of a route that does not say it, once its result is known. */
void produces_bind(unit *u, ct_route *route);

/* body_max and its kin. */
apus_request_limits limits_read(unit *u, const ct_value *options);

int64_t duration_option(unit *u, const ct_value *options, const char *key);

/* --- read_call.c --- */

void webhook_read(unit *u, const file_item *it, const note *n);
void callback_read(unit *u, const file_item *it, const note *n);

/* callbacks = [f, g], when all sources are known. */
ct_call *callbacks_read(unit *u, const ct_value *options);

/* --- read_body.c --- */

/* The type of that name in u, those of headers of Apus and the system included; or invalid. */
CXType type_named(unit *u, const char *name);

/* Models that function bodies name: apus_respond(req, 409, conflict, &c). */
void bodies_read(unit *u);

#endif
