/* apus/route.h - an API as constant tables: routes, parameters, dependencies.
 *
 * apusc writes these from annotated functions; by hand they look the same.  For
 * each handler and dependency there is a struct of its arguments and one small
 * function that calls it with them:
 *
 *     struct greet_args { apus_str name; int times; };
 *
 *     static void greet_call(apus_req *req, apus_fn *fn, const void *args, void *result)
 *     {
 *         const struct greet_args *a = args;
 *         struct greeting *(*call)(apus_req *, apus_str, int) =
 *             (struct greeting * (*)(apus_req *, apus_str, int)) fn;
 *         *(struct greeting **)result = call(req, a->name, a->times);
 *     }
 *
 * MEMORY: everything is static and constant. */
#ifndef APUS_ROUTE_H
#define APUS_ROUTE_H

#include "apus/api.h"
#include "apus/http.h"
#include "apus/model.h"

APUS_API_BEGIN

typedef struct apus_req apus_req;
typedef struct apus_dependency apus_dependency;
typedef struct apus_security apus_security;
typedef struct apus_router apus_router;
typedef struct apus_app apus_app;
typedef struct apus_worker apus_worker;
typedef struct apus_next apus_next;

/* Any function; cast back to its own type before it is called. */
typedef void apus_fn(void);

/* Calls fn, which has the type the trampoline was written for, with the bound
 * arguments at `args`, and stores what it returns at `result`. */
typedef void apus_call(apus_req *req, apus_fn *fn, const void *args, void *result);

/* The same for a dependency that runs once per worker; see apus/worker.h. */
typedef void apus_start_call(apus_worker *w, apus_fn *fn, const void *args, void *result);

/* Where a parameter's value comes from. */
typedef enum apus_in {
    APUS_IN_path,
    APUS_IN_query,
    APUS_IN_header,
    APUS_IN_cookie,
    APUS_IN_body, /* the whole JSON body, or with APUS_FIELD_embed a member of it */
    APUS_IN_form, /* a field of an urlencoded or multipart form */
    APUS_IN_file, /* a file of a multipart form: apus_upload */
    APUS_IN_depends,
    APUS_IN_security,
} apus_in;

/* One parameter.  field.offset counts from the argument struct.  A model type with
 * path, query, header, cookie or form takes each of its members from there. */
typedef struct apus_param {
    apus_in in;
    apus_field field;
    const apus_dependency *dependency; /* depends: result goes to field.offset */
    const apus_security *security;     /* security */
    uint32_t flags;                    /* APUS_PARAM_... */
} apus_param;

enum {
    APUS_PARAM_partial = 1 << 0,     /* body: PATCH semantics, see apus_sent */
    APUS_PARAM_raw = 1 << 1,         /* body: the bytes as they came (apus_bytes or apus_str) */
    APUS_PARAM_model = 1 << 2,       /* query, header, cookie, form: the field's model is spread */
    APUS_PARAM_underscores = 1 << 3, /* a header model whose member names keep their underscores;
                                        otherwise save_data is the header save-data */
    APUS_PARAM_sent = 1 << 4,        /* body: what was sent is remembered, see apus_sent */
};

struct apus_dependency {
    const char *name; /* of the function */
    apus_fn *fn;
    apus_call *call;
    const apus_param *params;
    uint16_t n_params;
    uint16_t slot; /* its place among the app's dependencies: 0 .. n_slots - 1 */
    uint32_t args_size;
    uint32_t result_size; /* 0 for void */
    bool authenticates;   /* reaches a security scheme: runs before validation */
    const void
        *constants; /* args_size bytes copied before binding (Depends(f, word = "x")), or NULL */
    apus_start_call *start; /* instead of call: runs once per worker */
    const apus_str *scopes; /* what it asks its own dependencies for requires of the caller */
    uint16_t n_scopes;
};

typedef enum apus_security_kind {
    APUS_SECURITY_key,    /* an API key in a header, the query or a cookie */
    APUS_SECURITY_basic,  /* HTTP Basic (RFC 7617): value is "user:password", decoded */
    APUS_SECURITY_bearer, /* Bearer (RFC 6750) */
    APUS_SECURITY_digest, /* HTTP Digest (RFC 7616): value is its list of parameters, as sent */
} apus_security_kind;

struct apus_security {
    const char *name; /* of the scheme in OpenAPI */
    apus_security_kind kind;
    apus_in in; /* of a key: header, query or cookie */
    apus_str key;
    apus_str challenge; /* WWW-Authenticate of its 401: "APIKey", "Bearer", `Basic realm="..."` */
};

/* What stands around requests; see apus/middleware.h.  A battery is one with settings. */
typedef struct apus_middleware {
    const char *name; /* of the function, or of its Middleware(...) line */
    void (*run)(apus_req *req, apus_next *next);
    const void *settings; /* apus_next_settings; or NULL */
    /* Makes of the settings, once and before the first request, what run wants instead of
     * them; in *a, which ends with the service.  Anything but APUS_OK, with a sentence in
     * *err, keeps the service from starting.  NULL: run wants them as they are. */
    apus_rc (*prepare)(const void *settings, apus_arena *a, const void **out, apus_err *err);
} apus_middleware;

/* How the request's body is read. */
typedef enum apus_body_kind {
    APUS_BODY_none,
    APUS_BODY_json,
    APUS_BODY_form, /* urlencoded or multipart */
    APUS_BODY_raw,
    APUS_BODY_streamed, /* by the handler: apus/body.h */
} apus_body_kind;

typedef enum apus_route_flags {
    APUS_ROUTE_blocking = 1 << 0, /* the handler runs on a pool thread */
    APUS_ROUTE_hidden = 1 << 1,
    APUS_ROUTE_deprecated = 1 << 2,
    APUS_ROUTE_result_pointer = 1 << 3,  /* returns const T *; result describes T */
    APUS_ROUTE_result_response = 1 << 4, /* returns apus_response * */
    APUS_ROUTE_result_plain = 1 << 5,    /* returns apus_str or apus_bytes: sent as it stands */
    APUS_ROUTE_last = 1 << 6,            /* tried when no other route of the service fits */
} apus_route_flags;

/* How soon a request is turned away when there is too much to do (apus/overload.h). */
#define APUS_SHED_TABLE(X)                                                                         \
    X(never) /* health checks: they tell whether the service lives */                              \
    X(critical)                                                                                    \
    X(normal)                                                                                      \
    X(sheddable)

typedef enum apus_shed {
    APUS_SHED_unsaid, /* as what includes it says; at the outermost, normal */
#define X(name) APUS_SHED_##name,
    APUS_SHED_TABLE(X)
#undef X
} apus_shed;

/* What requests may bring, and what they may expect.  Zero: as what includes it says; at the
 * outermost, as the server does, or what stands in parentheses. */
typedef struct apus_request_limits {
    uint64_t body_max;   /* bytes of the body: 413 */
    uint64_t part_max;   /* bytes of a field of a form, files aside (1 MiB): 413 */
    uint32_t files_max;  /* files of a form (1,000): 400 */
    uint32_t fields_max; /* its other fields (1,000): 400 */
    uint8_t shed;        /* apus_shed */
} apus_request_limits;

typedef struct apus_route {
    apus_method method;
    apus_str
        path; /* template, relative to the router's prefix: "/items/{id}", "/files/{path:path}" */
    const char *name; /* of the handler */
    apus_fn *fn;
    apus_call *call;
    const apus_param *params;
    uint16_t n_params;
    uint16_t n_depends;
    const apus_dependency *const *depends; /* `depends = [...]`: run first, their results unused */
    uint32_t args_size;
    uint32_t result_size;
    const apus_type *result; /* NULL for void and for apus_response */
    uint16_t status;         /* of success: 200 unless said */
    uint16_t flags;          /* APUS_ROUTE_... */
    apus_body_kind body;
    uint8_t omit;    /* apus_omit of the answer */
    int64_t timeout; /* ns; 0: the service's */
    const char *operation_id;
    const char *file; /* where the handler stands */
    uint32_t line;
    apus_str produces;                        /* the answer's media type; empty: application/json */
    const apus_middleware *const *middleware; /* outermost first */
    uint16_t n_middleware;
    uint16_t n_scopes;
    const apus_str *scopes; /* that the caller must have; also what its parameters require */
    const struct apus_ws_options *ws; /* of a WebSocket (apus/ws.h), whose method is GET; or NULL */
    apus_request_limits limits;
} apus_route;

/* One router within another, or within an app. */
typedef struct apus_include {
    const apus_router *router;
    apus_str prefix; /* in front of the router's own */
    const apus_dependency *const *depends;
    const apus_middleware *const *middleware;
    uint16_t n_depends;
    uint16_t n_middleware;
    uint16_t n_scopes;
    const apus_str *scopes;
    apus_request_limits limits; /* before those of the router itself */
} apus_include;

/* Whether a body without a Content-Type is taken for JSON. */
typedef enum apus_content {
    APUS_CONTENT_inherited, /* as what includes it has it; at the outermost: strict */
    APUS_CONTENT_strict,    /* no: a form of another site could send it */
    APUS_CONTENT_lax,
} apus_content;

struct apus_router {
    const char *name;
    apus_str prefix;
    const apus_route *routes;
    const apus_include *includes;
    const apus_dependency *const *depends;
    const apus_middleware *const *middleware; /* an app's root: around everything */
    uint32_t n_routes;
    uint16_t n_includes;
    uint16_t n_depends;
    uint16_t n_middleware;
    uint16_t n_scopes;
    const apus_str *scopes; /* that all its routes require */
    apus_content content;
    apus_request_limits limits;
};

/* Rewrites a failure: by its code, by its status, or, with neither, any.  `fn` changes the
 * failure; `answer` may also give another answer in its place, or NULL. */
typedef struct apus_on_fail {
    const char *code; /* or NULL */
    uint16_t status;  /* or 0 */
    void (*fn)(apus_req *req);
    struct apus_response *(*answer)(apus_req *req); /* instead of fn */
} apus_on_fail;

/* How failures read. */
typedef enum apus_problems_form {
    APUS_PROBLEMS_detail,  /* {"detail": ...}, as FastAPI's */
    APUS_PROBLEMS_rfc9457, /* application/problem+json */
} apus_problems_form;

/* A text compressed by gzip.  `text` may be NULL; then it is what gzip holds, and
 * text_len still its length. */
typedef struct apus_blob {
    const uint8_t *text, *gzip;
    size_t text_len, gzip_len;
} apus_blob;

/* The text of a blob: its own, or inflated into *a.  APUS_OK, APUS_SYNTAX (it is
 * not what it should be) or APUS_NOMEM. */
apus_rc apus_blob_text(const apus_blob *blob, apus_arena *a, apus_str *out) APUS_NODISCARD;

/* The app's OpenAPI document as it is served: with the root path (NULL: the app's
 * own) among the servers, and what App(openapi_edit = f) changes.  In *a.
 *
 * APUS_OK; APUS_NOT_FOUND (it has none), APUS_SYNTAX (it is not what it should be) or APUS_NOMEM.
 */
apus_rc apus_app_document(const apus_app *app, const char *root_path, apus_arena *a, apus_str *out,
                          apus_err *err) APUS_NODISCARD;

typedef struct apus_test_case {
    const char *name;
    void (*fn)(void);
    const char *file;
    uint32_t line;
} apus_test_case;

/* How a docs page looks, where it is not as usual: App(docs = {...}), App(redoc = {...}).  All may
 * be NULL.  Addresses are URLs, or paths of this service. */
typedef struct apus_docs_page {
    const char *title;          /* of the window */
    const char *icon;           /* favicon */
    const char *script, *style; /* in place of the files that are compiled in */
    const char *options;        /* JSON: what SwaggerUIBundle or Redoc.init takes, over ours */
    const char *oauth;          /* JSON: what Swagger UI's initOAuth takes */
    const char *oauth_redirect; /* path; NULL: behind the page's own; "": none */
} apus_docs_page;

/* Changes the OpenAPI document, once, before it is first served. */
typedef void apus_openapi_edit(struct apus_json *document, apus_arena *arena);

/* A word for behind the colon of a path parameter, {code:upper}: which texts it takes.  What it
 * does not take is looked for among the other routes, and else not found.  It fills its segment.
 * The text is decoded, UTF-8 and not empty; takes must not wait. */
typedef struct apus_convertor {
    const char *name;
    apus_pattern *pattern;        /* searched for, as that of a rule is; or NULL: any text */
    bool (*takes)(apus_str text); /* asked where the pattern fits; or NULL */
} apus_convertor;

/* An app behind a prefix of another: it keeps its own documents and its way to fail. */
typedef struct apus_mount {
    const apus_app *app;
    apus_str prefix;
    apus_str host; /* "api.example", "*.example": only of requests for it, which then see no
                      other app; or empty */
} apus_mount;

struct apus_app {
    const char *name; /* NAME of NAME_app */
    const char *title;
    const char *version;
    const apus_router *root;  /* routes that belong to the app itself, and what it includes */
    const apus_blob *openapi; /* or NULL: no /openapi.json, no docs */
    const char *openapi_path; /* "/openapi.json", or NULL: not served */
    const char *docs_path;    /* "/docs" */
    const char *redoc_path;   /* "/redoc" */
    const apus_docs_page *docs_page, *redoc_page; /* or NULL */
    apus_openapi_edit *openapi_edit;              /* or NULL */
    const char *root_path;   /* what a proxy takes off in front of all paths; or NULL */
    bool keeps_slashes;      /* "/items/" is not sent to "/items", nor the other way */
    bool servers_as_written; /* the document's servers do not begin with the root path */
    const apus_on_fail *on_fail;
    const apus_test_case *tests;
    const char *problem_types; /* rfc9457: what stands before a code to make a type; or NULL */
    apus_problems_form problems;
    uint16_t n_on_fail;
    uint16_t n_slots; /* dependencies */
    uint16_t n_mounts;
    uint32_t n_tests;
    const apus_mount *mounts;                /* behind the app's own routes */
    const apus_convertor *const *convertors; /* besides str, int, float, uuid and path */
    uint16_t n_convertors;
};

APUS_API_END

#endif
