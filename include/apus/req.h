/* apus/req.h - the request, as a handler sees it.
 *
 * A handler asks, decides and answers; memory comes from the request and is
 * never freed; failure is the request's state:
 *
 *     if (!found)
 *         return apus_fail(req, 404, "unknown_item", "there is no item %" PRId64, id);
 *
 * MEMORY: everything here lives until the answer has been sent and the deferred
 * calls have run.  FIBERS: a request belongs to one fiber; only the functions
 * that say so suspend it. */
#ifndef APUS_REQ_H
#define APUS_REQ_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/arena.h"
#include "apus/copy.h"
#include "apus/decode.h"
#include "apus/http.h"
#include "apus/json.h"
#include "apus/model.h"
#include "apus/route.h"
#include "apus/str.h"
#include "apus/value.h"

APUS_API_BEGIN

/* --- memory --- */

/* A zeroed T, or n of them.  Never NULL: out of memory ends the handler as
 * apus_abort(req, 503, ...) does.  apus_try_new may give NULL. */
#define apus_new(req, T)      ((T *)apus__req_new((req), 1, sizeof(T), _Alignof(T)))
#define apus_new_n(req, T, n) ((T *)apus__req_new((req), (n), sizeof(T), _Alignof(T)))
#define apus_try_new(req, T)  APUS_NEW(apus_req_arena(req), T, 1)

/* A value in the request's memory, for members that may be absent and for small answers; aborts
 * like apus_new:
 *
 *     out->city = apus_some(req, apus_str, city);
 *     return apus_some(req, message, { APUS_STR("hello") }); */
#define apus_some(req, T, ...)                                                                     \
    ((T *)apus__req_some((req), (T[]){ __VA_ARGS__ }, sizeof(T), _Alignof(T)))

void *apus__req_new(apus_req *req, size_t n, size_t size, size_t align);
void *apus__req_some(apus_req *req, const void *value, size_t size, size_t align);

/* printf into the request's memory; aborts like apus_new. */
apus_str apus_strf(apus_req *req, const char *fmt, ...) APUS_PRINTF(2, 3);

/* A copy of s with a NUL behind it; aborts like apus_new. */
apus_str apus_strdup(apus_req *req, apus_str s);

/* Where the request's memory comes from: for functions that take an arena. */
apus_arena *apus_req_arena(apus_req *req);

/* --- the request itself --- */

const apus_http_request *apus_req_http(const apus_req *req);
apus_str apus_req_header(apus_req *req, const char *name);     /* "" if absent */
apus_str apus_req_query(apus_req *req, const char *name);      /* decoded; "" if absent */
apus_str apus_req_cookie(apus_req *req, const char *name);     /* "" if absent */
apus_str apus_req_path_value(apus_req *req, const char *name); /* decoded; "" if absent */
apus_str apus_req_url(apus_req *req);                          /* absolute, as the client sees it */
apus_str apus_req_path(apus_req *req);      /* as the client sees it: behind the root path */
apus_str apus_req_root_path(apus_req *req); /* what a proxy took off the path; "" for nothing */
apus_str apus_req_client(apus_req *req);    /* its address, without the port */
const apus_route *apus_req_route(const apus_req *req);

/* Whether the client went away before it was answered: for long work that would be in vain.  On a
 * pool thread it may be asked as often as one likes; elsewhere it lets other requests run first,
 * and suspends for that. */
bool apus_req_is_disconnected(apus_req *req);

/* The path of a handler's route, with values for its parameters, percent-encoded:
 *
 *     apus_path_for(req, get_item, "id", "7")
 *
 * The first route of that function which has just these parameters; the root path stands in
 * front.  What is no handler, or no value for its place, fails with 500 and gives "".
 * apus_url_for gives the whole URL, of the host that the client asked. */
#define apus_path_for(req, ...)                                                                    \
    apus__path_for((req), (apus_fn *)APUS__FIRST(__VA_ARGS__),                                     \
                   (const char *const[]){ APUS__REST(__VA_ARGS__) NULL })
#define apus_url_for(req, ...)                                                                     \
    apus__url_for((req), (apus_fn *)APUS__FIRST(__VA_ARGS__),                                      \
                  (const char *const[]){ APUS__REST(__VA_ARGS__) NULL })
apus_str apus__path_for(apus_req *req, apus_fn *handler, const char *const *pairs);
apus_str apus__url_for(apus_req *req, apus_fn *handler, const char *const *pairs);

const char *apus_req_id(const apus_req *req); /* also sent as X-Request-ID */

/* Which of the media types the client would rather have (Accept, RFC 9110 section 12.5.1); of
 * equals the first; NULL when it takes none of them, for a 406.
 *
 *     const char *type = apus_prefer(req, "application/json", "text/html"); */
#define apus_prefer(req, ...) apus__prefer((req), APUS_NAMES(__VA_ARGS__))
const char *apus__prefer(apus_req *req, const char *const *offers);

/* --- failure --- */

/* Sets the failure {"detail": text}, with "code" if it is not NULL.  The first
 * failure counts; later ones are ignored.  Has the value NULL, so that a function
 * that gives a pointer can `return apus_fail(...)`; elsewhere `return 0;` after it. */
void *apus_fail(apus_req *req, int status, const char *code, const char *fmt, ...)
    APUS_PRINTF(4, 5);

/* The same with any JSON as detail. */
void *apus_fail_json(apus_req *req, int status, const char *code, const apus_json *detail);

/* As apus_fail, in the place of the failure there is: for apus_finally functions that turn
 * what was found on the way into what the client shall hear.  Headers of the old one go with
 * it. */
void *apus_fail_instead(apus_req *req, int status, const char *code, const char *fmt, ...)
    APUS_PRINTF(4, 5);

/* Adds a header to the failure's answer. */
void apus_fail_header(apus_req *req, const char *name, const char *value);

/* Whether the request has failed, or was cancelled. */
bool apus_failed(const apus_req *req);
int apus_failed_status(const apus_req *req);       /* 0 if not */
const char *apus_failed_code(const apus_req *req); /* or NULL */

/* What the answer would have as `detail`: text, or the list of problems of a 422.
 * For OnFail functions, which see what was sent in apus_req_http(req)->body.  NULL if
 * nothing failed. */
const apus_json *apus_failed_detail(apus_req *req);

/* Fails from any depth and does not return: the fiber is dropped, nothing is
 * unwound; apus_finally and apus_defer calls run. */
void apus_abort(apus_req *req, int status, const char *code, const char *fmt, ...) APUS_NORETURN
    APUS_PRINTF(4, 5);

/* --- what happens later --- */

/* fn(req, arg) after the handler, before the answer is sent; newest first.  It sees
 * apus_failed and may itself fail: commits live here.  May suspend. */
void apus_finally(apus_req *req, void (*fn)(apus_req *req, void *arg), void *arg);

/* fn(req, arg) after the answer has been sent, in order.  May suspend. */
void apus_after(apus_req *req, void (*fn)(apus_req *req, void *arg), void *arg);

/* fn(arg) at the very end; newest first; releases what is not memory. */
void apus_defer(apus_req *req, void (*fn)(void *arg), void *arg);

/* --- waiting; these suspend --- */

/* false when the wait was cut short: deadline, client gone, drain. */
bool apus_sleep(apus_req *req, int64_t ns);

/* Runs fn(req, arg) on a pool thread and returns what it returned; NULL with the
 * failure set when the pool is full (503) or the request was cancelled meanwhile.
 * fn may use the request's memory and apus_fail, and nothing that suspends. */
void *apus_offload(apus_req *req, void *(*fn)(apus_req *req, void *arg), void *arg);

/* --- several things at once --- */

/* Starts fn(child, arg) in a fiber of its own, and returns when that waits or has ended.
 * `child` is a request of its own for memory, failure, and what happens later; it reads
 * the same request, and sends through what the parent was given (apus_sse, apus_ws).  When
 * the parent's handler returns, the waits of its children end, and the answer is sent when
 * they have returned; a child that fails is logged and ends alone.
 *
 * arg must live until the child has ended.  The parent's stack does not, unless it joins;
 * what apus_new gave it in front of its loop does.  false when memory is out, or on a pool thread;
 * nothing was run. */
bool apus_spawn(apus_req *req, void (*fn)(apus_req *child, void *arg), void *arg);

/* Suspends until all children have returned.  false when the wait was cut short. */
bool apus_join(apus_req *req);

/* In a loop over a stream (apus_next, apus_ws_recv), what is allocated lives until the
 * stream gives the next one.  A copy of the model that lives as long as the request; aborts
 * like apus_new. */
#define apus_keep(req, model, ...)                                                                 \
    ((model *)apus__keep((req), APUS__MODEL(model), 1 ? (__VA_ARGS__) : (const struct model *)0))
void *apus__keep(apus_req *req, const apus_model *m, const void *object);

/* --- the answer --- */

/* The status of a success, instead of the route's. */
void apus_set_status(apus_req *req, int status);

/* Adds a header; names and values that could split the answer are refused with a
 * failure (500). */
void apus_set_header(apus_req *req, const char *name, const char *value);

typedef struct apus_cookie {
    const char *path; /* "/" unless set */
    const char *domain;
    const char *same_site; /* "lax" unless set; "strict", "none" */
    int64_t max_age;       /* seconds; 0: a session cookie; negative: deletes */
    int64_t expires;       /* seconds since 1970; 0: not said; max_age goes before it */
    bool secure, http_only, partitioned;
} apus_cookie;

/* Set-Cookie (RFC 6265); options may be NULL.  A value may be any text: what a cookie cannot hold
 * travels in quotes, and is read back as it was. */
void apus_set_cookie(apus_req *req, const char *name, const char *value,
                     const apus_cookie *options);

/* Makes the client forget a cookie; path and domain must be as it was set with. */
void apus_delete_cookie(apus_req *req, const char *name, const apus_cookie *options);

/* Any other answer than the handler's type.  An OnFail function that returns one answers
 * with it instead of the failure: with the failure's status and headers unless it sets
 * others; NULL stands for the answer that the failure would have had. */
typedef struct apus_response apus_response;

/* Of each kind, in the request's memory; what they are given must live as long as the
 * request.  NULL with the failure set when memory is out, or when a location or a
 * content type could split the answer. */
apus_response *apus_text(apus_req *req, apus_str text);
apus_response *apus_html(apus_req *req, apus_str html);
apus_response *apus_redirect(apus_req *req, int status, const char *location);
apus_response *apus_respond_bytes(apus_req *req, const char *content_type, apus_bytes bytes);
apus_response *apus_respond_text(apus_req *req, const char *content_type, apus_str text);
apus_response *apus_respond_json(apus_req *req, int status, const apus_json *value);
/* apus_bytes(req, content_type, what): what is apus_bytes or apus_str. */
#define apus_bytes(req, content_type, ...)                                                         \
    _Generic((__VA_ARGS__), apus_str                                                               \
             : apus_respond_text, apus_bytes                                                       \
             : apus_respond_bytes)((req), (content_type), (__VA_ARGS__))

typedef struct apus_file_options {
    const char *name;         /* under which the client shall save it; NULL: it is shown */
    const char *content_type; /* NULL: by the path's ending */
    bool shown;               /* `name` notwithstanding: Content-Disposition is inline */
} apus_file_options;

/* A file on disk, sent piece by piece with its length, ETag and Last-Modified; GET and HEAD
 * are answered with 304, 412, 206 or 416 as the request's conditions and ranges want it
 * (RFC 9110 sections 13 and 14).  options may be NULL and is not kept.  Fails with 404
 * where there is no such file, with 500 where it cannot be read.  Suspends. */
apus_response *apus_file(apus_req *req, const char *path, const apus_file_options *options);

typedef struct apus_folder_options {
    const char *folder;        /* on disk; relative to where the program was started */
    const char *index;         /* of folders: "index.html"; NULL: folders are 404 */
    const char *fallback;      /* below the folder: answers browsers (Accept: text/html) where
                                  there is nothing else, with 200; for single-page front ends */
    const char *not_found;     /* below the folder: the page of a 404; NULL: none */
    const char *cache_control; /* or NULL: no such header */
    bool compressed;           /* `x.br`, `x.zst` or `x.gz` beside `x` is sent to who accepts it */
} apus_folder_options;

/* A file below a folder, as a path parameter {path:path} names it; otherwise as apus_file.
 * Nothing outside of the folder can be reached, neither by ".." nor by symbolic links, and
 * hidden files are not sent.  *options is not kept. */
apus_response *apus_folder(apus_req *req, apus_str path, const apus_folder_options *options);

/* Answers with another model than the declared one.  From a handler that returns a
 * model: `return apus_respond(req, 409, conflict, &c);` has the value NULL. */
#define apus_respond(req, status, model, ...)                                                      \
    apus__respond((req), (status), APUS__MODEL(model), 1 ? (__VA_ARGS__) : (const struct model *)0)
void *apus__respond(apus_req *req, int status, const apus_model *m, const void *object);

/* The same with an answer of any kind: `return apus_respond_with(req, apus_redirect(req, 303,
 * "/"));` has the value NULL, in a handler or a dependency whatever it returns; after a value that
 * is no pointer, `apus_respond_with(...); return 0;`.  NULL, of a call that failed, is that
 * failure. */
void *apus_respond_with(apus_req *req, const apus_response *response);

/* The table that apusc writes for a model, named where it is used. */
#if defined(__GNUC__)
#define APUS__MODEL(name)                                                                          \
    __extension__({                                                                                \
        extern const struct apus_model apus_model_##name;                                          \
        &apus_model_##name;                                                                        \
    })
#else
#define APUS__MODEL(name) (&apus_model_##name)
#endif

/* The table of any type that is named: a model, a list, a map, apus_strs, int64_t ... */
#if defined(__GNUC__)
#define APUS__TYPE(name)                                                                           \
    __extension__({                                                                                \
        extern const struct apus_type apus_type_of_##name;                                         \
        &apus_type_of_##name;                                                                      \
    })
#else
#define APUS__TYPE(name) (&apus_type_of_##name)
#endif

/* A T from JSON text that is no request's: `order_list *l = apus_read(arena, order_list, text,
 * &problems)`; apus_read_text of apus/decode.h says the rest. */
#define apus_read(arena, T, text, problems)                                                        \
    ((T *)apus_read_text((arena), APUS__TYPE(T), (text), (problems)))

/* A T from JSON text as if it were the request's body, for what had to be undone or converted
 * first: `const order *o = apus_read_body(req, order, text)`.  What is wrong is the usual 422, with
 * places below "body"; NULL then. */
#define apus_read_body(req, T, text) ((T *)apus__read_body((req), APUS__TYPE(T), (text)))
void *apus__read_body(apus_req *req, const struct apus_type *type, apus_str text);

/* A copy of a model in another arena, with all that it holds; NULL when there is no room. */
#define apus_copy(arena, model, ...)                                                               \
    ((model *)apus_model_copy((arena), APUS__MODEL(model),                                         \
                              1 ? (__VA_ARGS__) : (const struct model *)0))

/* Which members go out; what is not set is as apus_json_of has it. */
typedef struct apus_dump {
    const char *const *include; /* names as sent, "address.street" within; NULL-terminated */
    const char *const *exclude;
    bool no_null;    /* members that are null are left out ... */
    bool no_default; /* ... or that are equal to their default */
    bool no_unsent;  /* ... or that the client did not send (Body(partial), Body(sent)) */
} apus_dump;

/* apus_json_of with fewer members: APUS_NAMES("name", "price") makes a list of names. */
#define apus_json_dump(req, model, object, ...)                                                    \
    apus__json_dump((req), APUS__MODEL(model), 1 ? (object) : (const struct model *)0,             \
                    &(apus_dump){ __VA_ARGS__ })
apus_json *apus__json_dump(apus_req *req, const apus_model *m, const void *object,
                           const apus_dump *how);
#define APUS_NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A model as a value of any shape, to be changed or put into another; NULL with the
 * failure set when it has no JSON form or memory is out. */
#define apus_json_of(req, model, ...)                                                              \
    apus__json_of((req), APUS__MODEL(model), 1 ? (__VA_ARGS__) : (const struct model *)0)
apus_json *apus__json_of(apus_req *req, const apus_model *m, const void *object);

/* JSON with values put in, as a value of any shape:
 *
 *     return apus_jsonf(req, "{'item_id': %d, 'q': %s}", id, q.ptr);
 *
 * In the format ' stands for ", which C would want escaped. The conversions are printf's, and the
 * compiler checks them: %s and %.*s are quoted and escaped, NULL being null; %d %i %u with h l ll j
 * z t are integers; %e %f %g are doubles in the fewest digits that read back as the same, null
 * where they are not finite. %% is %.
 *
 * NULL with the failure set (500) when another conversion is used, a text is not UTF-8, or
 * what comes out is not JSON; out of memory aborts as apus_new does.  Does not suspend. */
apus_json *apus_jsonf(apus_req *req, const char *format, ...) APUS_PRINTF(2, 3);

/* --- answers in pieces --- */

/* The next bytes of the answer's body.  The first call begins the answer, with the status,
 * headers and cookies set so far and the media type that the route produces; it is whole
 * when the handler returns, and cut off when the handler fails, so that the client can
 * tell.  The bytes need not live longer than the call.
 *
 * Suspends while the client has much to read still; not on a pool thread.  false when nobody reads
 * on: the client has gone, the request failed or was cancelled, or it was HEAD. */
bool apus_write(apus_req *req, apus_str bytes);

/* A model as a line of JSON (application/jsonl); otherwise as apus_write. */
#define apus_write_line(req, model, ...)                                                           \
    apus__write_line((req), APUS__MODEL(model), 1 ? (__VA_ARGS__) : (const struct model *)0)
bool apus__write_line(apus_req *req, const apus_model *m, const void *object);

/* --- PATCH --- */

/* Whether the client sent this member of a Body(partial) model. */
#define apus_sent(req, member) apus__sent((req), (member))
bool apus__sent(const apus_req *req, const void *member);

/* Says which members of an object are set, by their names on the wire: a route that says
 * omit = unset sends no others, and apus_sent is true of these alone.
 *
 *     apus_mark(req, item, out, APUS_NAMES("name", "price"));
 *
 * A name that the model does not have is a mistake: the request fails with a 500. */
#define apus_mark(req, model, object, names)                                                       \
    apus__mark((req), APUS__MODEL(model), 1 ? (object) : (const struct model *)0, (names))
void apus__mark(apus_req *req, const apus_model *m, const void *object, const char *const *names);

/* A copy of *stored with the sent members of *patch laid over it. */
#define apus_merge(req, model, stored, patch)                                                      \
    ((model *)apus__merge((req), APUS__MODEL(model), (stored), (patch)))
void *apus__merge(apus_req *req, const apus_model *m, const void *stored, const void *patch)
    APUS_NODISCARD; /* nothing is laid over *stored itself */

/* The request that a check looks at; NULL where something else is read (settings, say). */
static inline apus_req *apus_checking_req(apus_checking *c)
{
    return (apus_req *)apus_checking_context(c);
}

/* --- who is calling --- */

typedef struct apus_principal {
    apus_str id;
    apus_strs scopes;
} apus_principal;

/* Says who is behind the request; copied.  Called by authenticating dependencies. */
void apus_identify(apus_req *req, const apus_principal *who);
const apus_principal *apus_req_principal(const apus_req *req); /* or NULL */

APUS_API_END

#endif
