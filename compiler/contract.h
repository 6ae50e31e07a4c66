/* compiler/contract.h - what the annotated sources say, as plain data.
 *
 *     source text --read--> contract --check--> contract --emit--> C, OpenAPI
 *
 * The reader (libclang) fills it in, the checks look at nothing else, and the
 * emitters print it.  No part of libclang shows through, so each side can be
 * tested alone.
 *
 * MEMORY: everything lives in the contract's arena.  Lists are singly linked in
 * the order of the sources.  Text is NUL-terminated; NULL means "not said". */
#ifndef APUSC_CONTRACT_H
#define APUSC_CONTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/arena.h"
#include "apus/model.h"
#include "apus/route.h"

typedef struct ct_type ct_type;
typedef struct ct_model ct_model;
typedef struct ct_enum ct_enum;
typedef struct ct_value ct_value;
typedef struct ct_field ct_field;
typedef struct ct_param ct_param;
typedef struct ct_function ct_function;
typedef struct ct_dependency ct_dependency;
typedef struct ct_security ct_security;
typedef struct ct_route ct_route;
typedef struct ct_call ct_call;
typedef struct ct_router ct_router;
typedef struct ct_include ct_include;
typedef struct ct_source ct_source;

/* Where something stands, for messages and comments. */
typedef struct ct_place {
    const char *file;      /* as given on the command line, or as the compiler names a header */
    unsigned line, column; /* from 1; 0: unknown */
} ct_place;

/* What the doc comment says. */
typedef struct ct_doc {
    const char *summary;     /* its first sentence or line, or NULL */
    const char *description; /* all of it, or NULL */
} ct_doc;

/* A value written in an option: default = 1, example = "BTC-USD", tags = ["a"]. */
typedef enum ct_value_kind {
    CT_VALUE_null,
    CT_VALUE_bool,
    CT_VALUE_int, /* also an enumerator: then `word` names it */
    CT_VALUE_double,
    CT_VALUE_string,
    CT_VALUE_list,
    CT_VALUE_map,  /* {key: value, ...}; keys in `key` of the items */
    CT_VALUE_word, /* a name that is no enumerator: a type, a function, a keyword */
} ct_value_kind;

struct ct_value {
    ct_value_kind kind;
    ct_place place;
    const char *text; /* string, word; number as written */
    const char *word; /* the enumerator behind an int, or NULL */
    int64_t integer;
    double number;
    bool truth;
    const char *key; /* in a map; NULL for the unnamed options of an annotation */
    ct_place key_place;
    ct_value *items; /* first of a list or a map */
    ct_value *next;
};

/* A C type as it stands on the wire.  Of kind none: apus_upload, a file of a form. */
struct ct_type {
    apus_kind kind;
    const char *c_name; /* as generated code writes it: "int32_t", "struct order", "enum side" */
    uint32_t size, align;
    uint32_t n;      /* array, chars */
    ct_model *model; /* model */
    ct_enum *enumeration;
    ct_type *item; /* list, counted, array, map */
    bool int_keys; /* map */
    bool item_pointer;
    const char *item_c_name;  /* list, map: of the item, for sizeof */
    const char *entry_c_name; /* map: "struct price_entry" */
};

typedef struct ct_enum_value {
    const char *c_name;
    const char *name; /* on the wire */
    int64_t value;
    ct_doc doc;
    ct_place place;
    struct ct_enum_value *next;
} ct_enum_value;

struct ct_enum {
    const char *c_name; /* "enum side", or the typedef where it has no tag */
    const char *symbol; /* for generated names: "side" */
    const char *name;   /* of the schema */
    ct_doc doc;
    ct_place place;
    ct_source *source; /* whose wrapper defines the table */
    ct_enum_value *values;
    bool is_inline; /* Name(inline): no component of its own */
    uint64_t apps;  /* as a model's */
    ct_enum *next;
};

/* Constraints and metadata, as Field, Query, Path, Header, Cookie, Body, Form take them. */
typedef struct ct_rules {
    uint32_t has; /* APUS_RULE_... */
    apus_bound gt, ge, lt, le, multiple_of;
    const char *gt_text, *ge_text, *lt_text, *le_text,
        *multiple_of_text; /* as written, for OpenAPI */
    uint32_t min_length, max_length, min_items, max_items;
    uint16_t max_digits, decimal_places;
    const char *pattern;
    uint8_t version;
    ct_value *schemes;     /* a list of texts */
    ct_value *media_types; /* of files: a list of texts */
    ct_value *one_of;      /* a list of texts or of integers */
    const char *title;
    const char *description; /* when given as an option; else the doc comment */
    const char *format;      /* overrides the schema's */
    ct_value *example;       /* first of `example =`, or NULL */
    ct_value *examples;      /* a list or map, or NULL */
    ct_value *extra;         /* openapi_extra, a map, or NULL */
    bool deprecated;
    bool hidden;       /* not in the OpenAPI document */
    ct_value *options; /* all that was written, a map, for messages; or NULL */
} ct_rules;

/* A function of the program's own that has a say in a field or a model. */
typedef enum ct_hook_kind {
    CT_HOOK_before,
    CT_HOOK_check,
    CT_HOOK_make,    /* default = f */
    CT_HOOK_convert, /* encode = f */
    CT_HOOK_compute, /* computed = f */
    CT_HOOK_omit,    /* omit = f */
    CT_HOOK_COUNT,
} ct_hook_kind;

typedef struct ct_hook {
    ct_function *function;
    bool is_full;         /* takes the apus_checking and the value, to be changed */
    bool by_value;        /* takes the value, not a pointer to it */
    bool takes_arena;     /* first */
    ct_type *result;      /* convert: what it gives */
    ct_type *accepts;     /* before: what it takes besides, accepts = T; or NULL */
    const char *path;     /* compute, and of models: where the struct it takes stands in the model;
                             "" for the whole */
    struct ct_hook *next; /* of models: another's turn behind it, as of structs within it */
} ct_hook;

/* Another name under which a field may be sent. */
typedef struct ct_also {
    const char *name; /* beginning with '/': a place within the object */
    const ct_field *field;
    ct_place place;
    struct ct_also *next;
} ct_also;

struct ct_field {
    const char *c_name;     /* of the member or parameter */
    const char *path;       /* the designator for offsetof: "request.symbol" where flattened */
    const char *count_path; /* counted: of the member with the count ... */
    uint8_t count_size;     /* ... and its size */
    const char *name;       /* on the wire */
    bool aliased;           /* name was given, not derived */
    const char *name_out;   /* where it differs on the way out; or NULL */
    ct_also *also;          /* other names on the way in */
    ct_hook *hooks[CT_HOOK_COUNT];
    ct_type *type;
    uint32_t flags; /* APUS_FIELD_... */
    ct_rules rules;
    ct_value *default_value; /* or NULL */
    ct_doc doc;
    ct_place place;
    ct_field *next;
};

typedef struct ct_variant {
    int64_t tag;
    const char *tag_c_name; /* the enumerator */
    const char *name;       /* of the tag on the wire */
    ct_model *own;          /* the model inside the union; NULL: nothing but the tag */
    const char *path;       /* the union's member: "cat", "u.cat"; NULL where own is */
    ct_place place;
    ct_model *whole; /* the outer struct as this variant has it; never in `models`; its
                        symbol is pet_as_cat, its name and doc are own's */
    struct ct_variant *next;
} ct_variant;

/* How a model is reached from an app's routes. */
typedef enum ct_way {
    CT_WAY_in,     /* a request holds it */
    CT_WAY_out,    /* an answer does */
    CT_WAY_partly, /* an answer whose route leaves members out */
    CT_WAY_COUNT,
} ct_way;

struct ct_model {
    const char *c_name; /* "struct order", or the typedef where it has no tag */
    const char *symbol; /* for generated names: "order" gives apus_model_order */
    const char *name;   /* of the schema */
    ct_doc doc;
    ct_place place;
    ct_source *source; /* whose wrapper defines the table */
    uint32_t size, align;
    ct_field
        *fields; /* flattened ones in place; the tag first in a union's wholes, unless hidden */
    uint32_t n_fields;
    apus_extra extra;
    bool says_extra;               /* Model() says it: what stands within it does not */
    const char *keep_path;         /* for APUS_EXTRA_keep */
    ct_hook *hooks[CT_HOOK_COUNT]; /* before, check and convert alone */
    const char *hooks_symbol;      /* whose functions these are, where not its own; or NULL */
    const char *names;             /* how names are made: "camel" ...; or NULL */
    bool by_name;                  /* members may be sent by their C names, too */
    ct_variant *variants;
    uint32_t n_variants;
    const char *tag_name; /* wire name of the tag field, or NULL */
    bool tag_hidden;
    bool in_order;                  /* tag = first: of the shapes that fit, the first */
    ct_function *chooser;           /* tag = f: says which shape was sent; or NULL */
    bool is_strict;                 /* Model(strict): no member takes another JSON type */
    bool is_tuple;                  /* it travels as a list */
    bool is_bare;                   /* a shape of a union: no object, but its one field's value */
    bool is_broken;                 /* an error was reported: members may be missing */
    uint64_t apps;                  /* whose documents it is in: a bit per app; set by check */
    uint64_t reached[CT_WAY_COUNT]; /* and how */
    ct_value *examples;             /* Model(examples = [...]), or NULL */
    ct_value *options;              /* all that Model() says, for messages; or NULL */
    ct_model *next;
};

/* What a function gives back. */
typedef struct ct_result {
    const char *c_name; /* "struct greeting *", "void", "int64_t": as declared, canonical */
    ct_type *type;      /* NULL: void, apus_response, or a dependency's own type */
    bool is_void;
    bool is_pointer;  /* T * or const T *: type describes T */
    bool is_response; /* apus_response * */
} ct_result;

typedef enum ct_param_kind {
    CT_PARAM_request, /* apus_req * */
    CT_PARAM_worker,  /* apus_worker * */
    CT_PARAM_sse,     /* apus_sse * */
    CT_PARAM_ws,      /* apus_ws * */
    CT_PARAM_body,    /* apus_body * */
    CT_PARAM_value,   /* `field` is bound from `in` */
    CT_PARAM_depends,
    CT_PARAM_security,
    CT_PARAM_constant, /* given by Depends(f, word = "bar"): `field.default_value` */
} ct_param_kind;

struct ct_param {
    ct_param_kind kind;
    apus_in in;
    const char *c_name;
    const char *c_type; /* "const struct new_order *", "int32_t": what the argument struct holds */
    ct_field field;     /* value, security; name, type, rules ... */
    uint32_t flags;     /* APUS_PARAM_... */
    bool is_optional;   /* Body(optional), api_key *: may be NULL */
    ct_dependency *dependency;
    ct_value *scopes; /* of Depends(f, scopes = "me"): list, or NULL */
    ct_security *security;
    ct_place place;
    ct_param *next;
};

struct ct_function {
    const char *name;
    const char
        *type; /* the pointer's type with (*) in it: "struct greeting *(*)(apus_req *, apus_str)" */
    ct_param *params;
    uint32_t n_params;
    ct_result result;
    ct_doc doc;
    ct_place place;
    ct_source *source; /* where it is defined, or declared if nowhere */
    bool is_static;
    bool is_broken; /* an error was reported: parameters may be missing */
    ct_function *next;
};

struct ct_dependency {
    ct_function *function;
    const char *symbol; /* unique: "open_store", "has_word_2" where constants differ */
    ct_param *params;   /* as the function's, constants filled in */
    ct_source *source;  /* whose wrapper defines the table */
    uint32_t slot;
    bool authenticates;
    bool is_made;   /* once per worker: its first parameter is apus_worker * */
    ct_place fresh; /* of Depends(f, fresh): a call of its own; line 0: shared */
    ct_place place; /* where it is first asked for */
    ct_dependency *next;
};

/* Used in `depends = [...]`. */
typedef struct ct_depends {
    ct_dependency *dependency;
    struct ct_depends *next;
} ct_depends;

/* Used in `middleware = [...]`. */
typedef struct ct_around {
    const char *name;      /* of the function, or of a Middleware(...) line */
    ct_function *function; /* NULL: that line defines it */
    struct ct_around *next;
} ct_around;

/* How the document calls a scheme. */
typedef enum ct_scheme {
    CT_SCHEME_key,
    CT_SCHEME_http,
    CT_SCHEME_oauth2,
    CT_SCHEME_openid,
} ct_scheme;

/* One of oauth2 = {password: "token"}. */
typedef struct ct_flow {
    const char *name;                            /* in the document: "clientCredentials" */
    const char *authorization, *token, *refresh; /* URLs, or NULL */
    struct ct_flow *next;
} ct_flow;

struct ct_security {
    const char *c_name; /* "struct api_key" */
    const char *name;   /* of the scheme: "api_key" */
    ct_scheme scheme;
    apus_security_kind kind;
    apus_in in;
    const char *key;
    const char *realm;
    const char *format; /* of a bearer token, or NULL */
    const char *openid; /* URL, or NULL */
    ct_flow *flows;     /* of oauth2 */
    ct_value *scopes;   /* {name: description}, or NULL */
    const char *description;
    ct_place place;
    ct_source *source;
    ct_security *next;
};

/* responses = {404: conflict, 409: {model: x, description: "..."}} */
typedef struct ct_response {
    uint16_t status;
    ct_type *type;        /* or NULL */
    const char *produces; /* the media type, or NULL: that of the app's answers */
    const char *description;
    struct ct_response *next;
} ct_response;

/* What WebSocket() says besides. */
typedef struct ct_socket {
    ct_value *origins;          /* list, or NULL */
    ct_value *subprotocols;     /* list, or NULL */
    int64_t message_max, queue; /* 0: not said */
    int64_t ping_ns;            /* 0: not said; negative: never */
    bool is_plain;              /* deflate = false */
} ct_socket;

struct ct_route {
    apus_method method;
    const char *path; /* relative to its router */
    ct_function *function;
    ct_router *router; /* an app's root router, or a Router */
    uint16_t status;   /* of success; 0: not said, 200 */
    const char *summary, *description, *operation_id, *response_description;
    const char *produces; /* the answer's media type; "": not documented; NULL: JSON */
    ct_type *item;        /* of an answer in pieces, or NULL */
    bool sends_events;    /* Sse */
    ct_socket *socket;    /* WebSocket; else NULL */
    ct_type *sent;        /* the result's type, or what by_alias = false makes of it; or NULL */
    ct_type *part;        /* of that: with some of its members; or NULL */
    ct_value *tags;       /* list, or NULL */
    ct_value *scopes;     /* list, or NULL */
    ct_response *responses;
    ct_call *callbacks;
    ct_value *external_docs; /* a map, or NULL */
    ct_value *extra;         /* openapi_extra, a map, or NULL */
    ct_depends *depends;
    ct_around *middleware; /* outermost first */
    apus_body_kind body;
    bool body_embedded; /* several body parameters, or embed */
    bool deprecated, hidden, blocking, last;
    uint8_t omit;       /* apus_omit */
    int64_t timeout_ns; /* 0: not said */
    apus_request_limits limits;
    ct_value *options; /* all that was written, a map, for messages */
    ct_place place;
    ct_route *next; /* in its router */
};

/* A request that the service makes, which the document speaks of: Callback or Webhook.  Its
 * route's path is what the document has as its key. */
struct ct_call {
    ct_route *route;
    ct_call *next;
};

struct ct_include {
    ct_router *router;
    ct_response *responses; /* of all its routes, besides their own */
    bool deprecated, hidden;
    apus_request_limits limits;
    const char *prefix; /* "" unless said */
    ct_value *tags;
    ct_value *scopes;
    ct_depends *depends;
    ct_around *middleware; /* outermost first */
    ct_value *options;     /* all that was written, a map, for messages */
    bool is_told;          /* a mistake of it was reported */
    ct_place place;
    ct_include *next;
};

struct ct_router {
    const char *name;   /* "orders"; of an app's own: the app's name */
    const char *symbol; /* "orders_router"; of an app's own: "apus__root_trading" */
    const char *prefix;
    ct_value *tags;
    ct_value *scopes;
    ct_depends *depends;
    ct_around *middleware;  /* outermost first */
    ct_response *responses; /* of all its routes, besides their own */
    bool deprecated, hidden;
    apus_content content; /* strict_content_type */
    apus_request_limits limits;
    ct_value *options; /* all that was written, a map, for messages */
    ct_route *routes;
    ct_include *includes;
    ct_source *source;
    ct_place place;
    ct_router *next;
};

/* Topic(prices, price) */
typedef struct ct_topic {
    const char *name;
    ct_model *model;
    int64_t queue; /* 0: not said */
    bool disconnects;
    ct_source *source;
    ct_place place;
    struct ct_topic *next;
} ct_topic;

/* State(visitor) */
typedef struct ct_state {
    const char *name; /* of the type */
    ct_source *source;
    ct_place place;
    struct ct_state *next;
} ct_state;

/* Convertor(upper, pattern = "^[A-Z]+$") */
typedef struct ct_convertor {
    const char *name;
    const char *pattern; /* or NULL */
    ct_function *check;  /* or NULL */
    ct_value *options;   /* all that was written, a map, for messages */
    ct_source *source;
    ct_place place;
    struct ct_convertor *next;
} ct_convertor;

typedef struct ct_on_fail {
    const char *code; /* or NULL */
    uint16_t status;  /* or 0 */
    ct_function *function;
    bool answers; /* it returns apus_response * */
    struct ct_on_fail *next;
} ct_on_fail;

/* An app behind a prefix of another. */
typedef struct ct_mount {
    struct ct_app *app;
    const char *prefix;
    const char *host; /* or NULL: all */
    ct_place place;
    struct ct_mount *next;
} ct_mount;

typedef struct ct_app {
    const char *name; /* NAME of NAME_app */
    const char *title, *version, *summary, *description;
    const char *openapi_path, *docs_path, *redoc_path; /* NULL: not served */
    ct_value *docs_page, *redoc_page;                  /* maps, or NULL */
    const char *root_path;                             /* or NULL */
    bool servers_as_written;                           /* root_path_in_servers = false */
    bool keeps_slashes;                                /* redirect_slashes = false */
    ct_function *openapi_edit;                         /* or NULL */
    ct_value *tags;                                    /* [{name: ..., description: ...}] */
    ct_value *servers;                                 /* ["https://...", {url: ...}] */
    ct_value *contact, *license, *external_docs;       /* maps */
    const char *terms_of_service;
    bool one_schema;           /* separate_schemas = false */
    bool output_required;      /* what is always sent is required in schemas of answers */
    const char *operation_ids; /* "{tag}-{name}", or NULL: as FastAPI makes them */
    ct_value *extra;           /* openapi_extra, a map, or NULL */
    ct_router *webhooks;       /* of routes that nobody serves; or NULL */
    apus_problems_form problems;
    const char *problem_types; /* before a code, to make a type; or NULL */
    ct_router *root;
    ct_source *source;
    ct_place place;
    ct_on_fail *on_fail;
    ct_mount *mounts;
    struct ct_app *next;
} ct_app;

typedef struct ct_test {
    const char *name;
    ct_source *source;
    ct_place place;
    struct ct_test *next;
} ct_test;

/* A table that function bodies of a source call otherwise than the program does: another source
 * has a type of that name, too. */
typedef struct ct_renamed {
    const char *from, *to; /* "apus_model_item", "apus_model_item_2" */
    struct ct_renamed *next;
} ct_renamed;

struct ct_source {
    const char *path; /* as given */
    const char
        *include;     /* what the wrapper writes in #include "..." : absolute or relative to it */
    const char *stem; /* "main" of "src/main.c"; unique among the sources */
    ct_renamed *renamed;
    bool has_main;
    ct_source *next;
};

/* A type that a function body names: apus_read(arena, order_list, text, &problems). */
typedef struct ct_named {
    const char *name;   /* as it stands there */
    const char *symbol; /* apus_type_of_SYMBOL is its table: name, or name_2 ... */
    ct_type *type;
    ct_source *source;
    struct ct_named *next;
} ct_named;

typedef struct contract {
    apus_arena *arena;
    ct_source *sources;
    ct_app *apps;
    ct_router *routers;          /* roots included */
    ct_router *callbacks;        /* all Callback()s as routes that nobody serves; or NULL */
    ct_function *functions;      /* handlers, dependencies, checks */
    ct_dependency *dependencies; /* in slot order */
    ct_security *securities;
    ct_around *middleware; /* each once */
    ct_model *models;      /* in the order they are first reached */
    ct_enum *enums;
    ct_topic *topics;
    ct_state *states;
    ct_convertor *convertors;
    ct_named *named; /* types, each once */
    ct_test *tests;
    bool has_main;
} contract;

#endif
