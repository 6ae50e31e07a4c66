/* apus/annotate.h - the words that make plain C a contract.
 *
 * To apusc (which defines APUS_READING) each is an annotation in the syntax
 * tree; to every other compiler they are nothing, or the plain declaration
 * that their line stands for.  So annotated code compiles anywhere.
 *
 *     App(hello, title = "Hello", version = "1.0.0");
 *
 *     Get("/hello/{name}")
 *     greeting *greet(apus_req *req, apus_str name, int times Query(default = 1, ge = 1));
 *
 * Macros in the options are expanded before apusc reads them, so a bound may be
 * a #define of yours, or INT32_MAX; enumerators are resolved by apusc.
 *
 * All names exist with the prefix APUS_; #define APUS_NO_SHORT_NAMES before
 * the include leaves only those.  docs/reference/annotations.md lists the options of each. */
#ifndef APUS_ANNOTATE_H
#define APUS_ANNOTATE_H

#include "apus/api.h"

#ifdef APUS_READING
#define APUS__NOTE(word, ...) __attribute__((annotate("apus:" word ":" #__VA_ARGS__)))
/* Before C23 these are 1 and 0, and would be numbers in a map that a macro stands for. */
#include <stdbool.h>
#undef true
#undef false
#define true (0 == 0)
#define false (0 != 0)
#else
#define APUS__NOTE(word, ...)
#endif

#define APUS__FIRST(...)     APUS__FIRST_(__VA_ARGS__, )
#define APUS__FIRST_(a, ...) a
#define APUS__PASTE(a, b)    APUS__PASTE_(a, b)
#define APUS__PASTE_(a, b)   a##b
#define APUS__NAMED(prefix, suffix, ...)                                                           \
    APUS__PASTE(prefix, APUS__PASTE(APUS__FIRST(__VA_ARGS__), suffix))

#define APUS__REST(...)     APUS__REST_(__VA_ARGS__, )
#define APUS__REST_(a, ...) __VA_ARGS__

/* In front of a function: a route. */
#define APUS_GET(...)     APUS__NOTE("Get", __VA_ARGS__)
#define APUS_POST(...)    APUS__NOTE("Post", __VA_ARGS__)
#define APUS_PUT(...)     APUS__NOTE("Put", __VA_ARGS__)
#define APUS_PATCH(...)   APUS__NOTE("Patch", __VA_ARGS__)
#define APUS_DELETE(...)  APUS__NOTE("Delete", __VA_ARGS__)
#define APUS_HEAD(...)    APUS__NOTE("Head", __VA_ARGS__)
#define APUS_OPTIONS(...) APUS__NOTE("Options", __VA_ARGS__)
#define APUS_TRACE(...)   APUS__NOTE("Trace", __VA_ARGS__)
/* Route("/items", methods = [get, head]): of several methods. */
#define APUS_ROUTE(...) APUS__NOTE("Route", __VA_ARGS__)
#define APUS_SSE(...)   APUS__NOTE("Sse", __VA_ARGS__)

/* In front of a function that takes an apus_ws *: a WebSocket (apus/ws.h). */
#define APUS_WEBSOCKET(...) APUS__NOTE("WebSocket", __VA_ARGS__)

/* In front of the prototype of a function that nobody defines: a request that this service
 * makes, for the document.  Webhook("order-shipped") to whoever registered for it,
 * Callback("{$request.body#/callback_url}") as an answer to a route that names it. */
#define APUS_WEBHOOK(...)  APUS__NOTE("Webhook", __VA_ARGS__)
#define APUS_CALLBACK(...) APUS__NOTE("Callback", __VA_ARGS__)

/* In front of a function: rewrites the failures with that code or status. */
#define APUS_ON_FAIL(...) APUS__NOTE("OnFail", __VA_ARGS__)

/* Behind a struct member: its constraints and metadata. */
#define APUS_FIELD(...)   APUS__NOTE("Field", __VA_ARGS__)
#define APUS_FLATTEN(...) APUS__NOTE("Flatten", __VA_ARGS__)

/* Behind a parameter: where its value comes from. */
#define APUS_QUERY(...)   APUS__NOTE("Query", __VA_ARGS__)
#define APUS_PATH(...)    APUS__NOTE("Path", __VA_ARGS__)
#define APUS_HEADER(...)  APUS__NOTE("Header", __VA_ARGS__)
#define APUS_COOKIE(...)  APUS__NOTE("Cookie", __VA_ARGS__)
#define APUS_BODY(...)    APUS__NOTE("Body", __VA_ARGS__)
#define APUS_FORM(...)    APUS__NOTE("Form", __VA_ARGS__)
#define APUS_FILE(...)    APUS__NOTE("File", __VA_ARGS__)
#define APUS_DEPENDS(...) APUS__NOTE("Depends", __VA_ARGS__)

/* Behind an enumerator: its name on the wire.  Behind the } of a struct or an
 * enum, before the typedef's name: the name of its schema. */
#define APUS_NAME(...) APUS__NOTE("Name", __VA_ARGS__)

/* Behind the } of a struct: options of the model (extra = forbid, check = fn). */
#define APUS_MODEL(...) APUS__NOTE("Model", __VA_ARGS__)

/* On a line of its own, with a semicolon. */

/* Declares NAME_app, which apusc defines. */
#define APUS_APP(...)                                                                              \
    extern const struct apus_app APUS__NAMED(, _app, __VA_ARGS__) APUS__NOTE("App", __VA_ARGS__)

/* Declares NAME_router, which apusc defines. */
#define APUS_ROUTER(...)                                                                           \
    extern const struct apus_router APUS__NAMED(, _router, __VA_ARGS__)                            \
        APUS__NOTE("Router", __VA_ARGS__)

/* Include(app_or_router, router, prefix = "/v1"): joins the second to the first. */
#ifdef APUS_READING
#define APUS_INCLUDE(...)                                                                          \
    extern const char APUS__PASTE(apus__include_, __COUNTER__) APUS__NOTE("Include", __VA_ARGS__)
#else
#define APUS_INCLUDE(...) struct apus__include
#endif

/* Declares the type NAME: a credential, extracted and documented. */
#define APUS_SECURITY(...)                                                                         \
    typedef struct APUS__FIRST(__VA_ARGS__) {                                                      \
        apus_str value; /* what was sent, without a scheme's name */                               \
    } APUS__FIRST(__VA_ARGS__) APUS__NOTE("Security", __VA_ARGS__)

/* Declares T_list { T *ptr; size_t len; }.  Once per type, beside the model. */
#define APUS_LIST(T)                                                                               \
    typedef struct T##_list {                                                                      \
        T *ptr;                                                                                    \
        size_t len;                                                                                \
    } T##_list APUS__NOTE("List", T)

/* Declares T_map { T_entry *ptr; size_t len; } with entries { key, value }. */
#define APUS_MAP(T)                                                                                \
    typedef struct T##_entry {                                                                     \
        apus_str key;                                                                              \
        T value;                                                                                   \
    } T##_entry;                                                                                   \
    typedef struct T##_map {                                                                       \
        T##_entry *ptr;                                                                            \
        size_t len;                                                                                \
    } T##_map APUS__NOTE("Map", T)

/* Topic(prices, price, queue = 256): prices_topic, which carries struct price (apus/topic.h). */
#define APUS_TOPIC(name, ...)                                                                      \
    extern const struct apus_topic name##_topic;                                                   \
    typedef APUS__FIRST(__VA_ARGS__) name##_topic_item APUS__NOTE("Topic", name, __VA_ARGS__)

/* State(visitor): visitor_state, so that apus_state(req, visitor) is the request's own
 * (apus/state.h). */
#define APUS_STATE(T)                                                                              \
    extern const struct apus_state T##_state;                                                      \
    typedef T T##_state_item APUS__NOTE("State", T)

/* Convertor(upper, pattern = "^[A-Z]+$"), Convertor(even, check = is_even): a word for paths,
 * {code:upper}: which texts such a parameter takes.  Others are for the next route that fits. */
#define APUS_CONVERTOR(...)                                                                        \
    extern const struct apus_convertor APUS__NAMED(, _convertor, __VA_ARGS__)                      \
        APUS__NOTE("Convertor", __VA_ARGS__)

/* Declares T_int_map { T_int_entry *ptr; size_t len; }, whose keys are int64_t. */
#define APUS_INT_MAP(T)                                                                            \
    typedef struct T##_int_entry {                                                                 \
        int64_t key;                                                                               \
        T value;                                                                                   \
    } T##_int_entry;                                                                               \
    typedef struct T##_int_map {                                                                   \
        T##_int_entry *ptr;                                                                        \
        size_t len;                                                                                \
    } T##_int_map APUS__NOTE("IntMap", T)

/* Static(assets, "/assets", .folder = "public", .index = "index.html"): files at and below a
 * path, as a function of that name answers them with apus_folder; the rest are its
 * apus_folder_options.  Not in the document, and tried when no other route fits.  Write the
 * function yourself where it needs dependencies. */
#define APUS_STATIC(name, at, ...)                                                                 \
    APUS__NOTE("Get", at "/{path:path}", hidden, last)                                             \
    APUS__NOTE("Head", at "/{path:path}", hidden, last)                                            \
    struct apus_response *name(struct apus_req *req, apus_str path);                               \
    struct apus_response *name(struct apus_req *req, apus_str path)                                \
    {                                                                                              \
        return apus_folder(req, path, &(apus_folder_options){ __VA_ARGS__ });                      \
    }                                                                                              \
    struct apus__static

/* What such a line defines may stand in a header of several files: one of them is linked. */
#if defined(__GNUC__)
#define APUS__IN_HEADERS __attribute__((weak))
#else
#define APUS__IN_HEADERS
#endif

/* Settings(settings, .prefix = "SHOP_", .env_file = ".env"): read_settings, a dependency that
 * gives the model called settings, read once per worker; the rest are its
 * apus_settings_options, at least one (see apus/settings.h). */
#define APUS_SETTINGS(T, ...)                                                                      \
    const T *read_##T(struct apus_worker *w);                                                      \
    APUS__IN_HEADERS const T *read_##T(struct apus_worker *w)                                      \
    {                                                                                              \
        return apus_settings_read(w, T, &(apus_settings_options){ __VA_ARGS__ });                  \
    }                                                                                              \
    struct apus__settings

/* Middleware(strict, .run = gate, .settings = &(const gate_options){ ... }): a name for
 * `middleware = [strict]`: a function of apus/middleware.h with settings of its own.  The
 * rest are members of apus_middleware.  Cors, Compress and others are such lines. */
#define APUS_MIDDLEWARE(...) APUS__MIDDLEWARE(APUS__FIRST(__VA_ARGS__), APUS__REST(__VA_ARGS__))
#define APUS__MIDDLEWARE(name_, ...)                                                               \
    extern const struct apus_middleware APUS__PASTE(apus_middleware_, name_)                       \
        APUS__NOTE("Middleware", name_);                                                           \
    APUS__IN_HEADERS const struct apus_middleware APUS__PASTE(                                     \
        apus_middleware_, name_) = { .name = APUS__QUOTED(name_), __VA_ARGS__ }
#define APUS__QUOTED(name)  APUS__QUOTED_(name)
#define APUS__QUOTED_(name) #name

/* Test(name) { ... }: a test that `apus test` runs. */
#define APUS_TEST(name)                                                                            \
    APUS__NOTE("Test", name) void apus_test_##name(void);                                          \
    void apus_test_##name(void)

#ifndef APUS_NO_SHORT_NAMES
#define App        APUS_APP
#define Router     APUS_ROUTER
#define Include    APUS_INCLUDE
#define Get        APUS_GET
#define Post       APUS_POST
#define Put        APUS_PUT
#define Patch      APUS_PATCH
#define Delete     APUS_DELETE
#define Head       APUS_HEAD
#define Options    APUS_OPTIONS
#define Route      APUS_ROUTE
#define Trace      APUS_TRACE
#define Sse        APUS_SSE
#define WebSocket  APUS_WEBSOCKET
#define Webhook    APUS_WEBHOOK
#define Callback   APUS_CALLBACK
#define OnFail     APUS_ON_FAIL
#define Field      APUS_FIELD
#define Flatten    APUS_FLATTEN
#define Query      APUS_QUERY
#define Path       APUS_PATH
#define Header     APUS_HEADER
#define Cookie     APUS_COOKIE
#define Body       APUS_BODY
#define Form       APUS_FORM
#define File       APUS_FILE
#define Depends    APUS_DEPENDS
#define Security   APUS_SECURITY
#define Settings   APUS_SETTINGS
#define Static     APUS_STATIC
#define Middleware APUS_MIDDLEWARE
#define Name       APUS_NAME
#define Model      APUS_MODEL
#define List       APUS_LIST
#define Map        APUS_MAP
#define IntMap     APUS_INT_MAP
#define Test       APUS_TEST
#define Topic      APUS_TOPIC
#define State      APUS_STATE
#define Convertor  APUS_CONVERTOR
#endif

#endif
