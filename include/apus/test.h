/* apus/test.h - talk to an app in process, without sockets.
 *
 *     apus_test *t = apus_test_start(&trading_app);
 *     apus_answer a = apus_test_post(t, "/v1/orders", APUS_JSON({"quantity": 0}));
 *     apus_expect_status(a, 422);
 *     apus_expect_json(a, "$.detail[0].type", "\"greater_than\"");
 *     apus_test_stop(t);
 *
 * Requests travel through the real HTTP parser, router and fibers.  A failed
 * expectation prints where, what was expected and what came, and ends the test
 * (see apus_test_on_fail for other test runners).
 *
 * MEMORY: answers live until apus_test_stop.  What a request gave back is filled with nonsense
 * (apus_arena_scribble), so that a test finds who keeps a pointer into it. */
#ifndef APUS_TEST_H
#define APUS_TEST_H

#include "apus/api.h"
#include "apus/req.h"
#include "apus/route.h"
#include "apus/str.h"

APUS_API_BEGIN

typedef struct apus_test apus_test;
struct apus_service_options;
typedef struct apus_test_socket apus_test_socket;

typedef struct apus_answer {
    int status;
    apus_str body;
    apus_str head;             /* status line and headers, as sent */
    bool is_cut;               /* the server closed before the body was whole */
    const char *method, *path; /* of the request */
    apus_test *test;
} apus_answer;

/* JSON without quoting quotes: APUS_JSON({"quantity": 0}). */
#define APUS_JSON(...) #__VA_ARGS__

/* Starts app with its own loop.  Ends the test if it cannot.  What the app's worker makes
 * (apus/worker.h) is made before the first request, and ended by apus_test_stop. */
apus_test *apus_test_start(const apus_app *app);

/* The same, started with options of its own (apus/main.h): behind a root path, say. */
apus_test *apus_test_start_as(const apus_app *app, const struct apus_service_options *options);
void apus_test_stop(apus_test *t); /* NULL is fine */

/* From now on, `real` is answered by `fake`, a function of the same type.  A credential that
 * `real` takes may then be absent: its value is empty.  Of what the worker makes: before the
 * first request. */
#define apus_override(t, real, fake)                                                               \
    apus__test_override((t), (apus_fn *)(1 ? (real) : (fake)), (apus_fn *)(fake))
void apus__test_override(apus_test *t, apus_fn *real, apus_fn *fake);

/* Sent with every request from now on; NULL as value takes it back. */
void apus_test_header(apus_test *t, const char *name, const char *value);

/* Requests come from that address from now on, "203.0.113.9" or "2001:db8::7", with a port behind
 * it if that matters ("203.0.113.9:50000", "[2001:db8::7]:50000"); NULL: from nowhere, as at first.
 * For what looks at apus_req_client: limits, proxies that are trusted. */
void apus_test_from(apus_test *t, const char *address);

/* body is JSON, or NULL for none. */
apus_answer apus_test_get(apus_test *t, const char *path);
apus_answer apus_test_post(apus_test *t, const char *path, const char *body);
apus_answer apus_test_put(apus_test *t, const char *path, const char *body);
apus_answer apus_test_patch(apus_test *t, const char *path, const char *body);
apus_answer apus_test_delete(apus_test *t, const char *path);

/* The same without a body; of HEAD, the answer has none either. */
apus_answer apus_test_head(apus_test *t, const char *path);
apus_answer apus_test_options(apus_test *t, const char *path);

/* POST of an urlencoded form: names and values in turn, NULL at the end. */
apus_answer apus_test_form(apus_test *t, const char *path, ...) APUS_SENTINEL;

/* One part of a multipart form. */
typedef struct apus_test_part {
    const char *name;
    const char *filename;     /* of a file; NULL: a plain field */
    const char *content_type; /* or NULL */
    apus_str content;
} apus_test_part;

/* A multipart form; the last part has no name. */
apus_answer apus_test_multipart(apus_test *t, const char *method, const char *path,
                                const apus_test_part *parts);

/* Cookies that answers set are kept and sent, by name and path.  This sets one, or with NULL
 * forgets it; a Cookie header of apus_test_header is sent instead of all of them. */
void apus_test_cookie(apus_test *t, const char *name, const char *value);

/* How many redirects on this server a request follows from now on; none at first.  What is
 * answered is the last one. */
void apus_test_follow(apus_test *t, unsigned redirects_max);

/* "http://shop.test/v1": requests are for that host, and their paths behind that one. */
void apus_test_base_url(apus_test *t, const char *url);

/* `apus test --contract` asks that every operation is exercised.  This one, "GET /metrics" as the
 * document writes it, need not be, because of `why`. */
void apus_test_excuse(apus_test *t, const char *operation, const char *why);

/* Anything: content_type may be NULL. */
apus_answer apus_test_send(apus_test *t, const char *method, const char *path,
                           const char *content_type, apus_str body);

/* The bytes of a whole request as they would stand on the wire. */
apus_answer apus_test_raw(apus_test *t, apus_str request);

apus_str apus_answer_header(apus_answer a, const char *name); /* "" if absent */

/* --- WebSockets --- */

/* Asks for one, with the headers of apus_test_header (Sec-WebSocket-Protocol among them), and
 * waits for the answer.  It stays open until apus_test_stop. */
apus_test_socket *apus_test_ws(apus_test *t, const char *path);

/* The answer: 101, or why there is no WebSocket. */
apus_answer apus_test_ws_answer(apus_test_socket *s);

void apus_test_ws_send(apus_test_socket *s, const char *text); /* APUS_JSON(...), say */
void apus_test_ws_send_bytes(apus_test_socket *s, apus_bytes bytes);

/* Bytes as they stand on the wire: frames that a good client would not send. */
void apus_test_ws_raw(apus_test_socket *s, apus_str bytes);

/* The next message, text or bytes, as the body of an answer: apus_expect_json looks into it.
 * Ends the test when none comes. */
apus_answer apus_test_ws_recv(apus_test_socket *s);

/* Says goodbye; with code 0, goes away without. */
void apus_test_ws_close(apus_test_socket *s, unsigned code);

/* How many bytes the client takes from now on before it reads again, as one that is slow;
 * receiving reads. */
void apus_test_ws_room(apus_test_socket *s, size_t bytes);

/* What the server said when it closed; "" before apus_expect_ws_close. */
apus_str apus_test_ws_reason(const apus_test_socket *s);

/* The next message is that text. */
#define apus_expect_ws_text(s, text) apus__expect_ws_text((s), (text), __FILE__, __LINE__)
/* The server closes next, with that code (1005: without one, 1006: without a word). */
#define apus_expect_ws_close(s, code) apus__expect_ws_close((s), (code), __FILE__, __LINE__)
void apus__expect_ws_text(apus_test_socket *s, const char *text, const char *file, int line);
void apus__expect_ws_close(apus_test_socket *s, unsigned code, const char *file, int line);

#define apus_expect_status(a, status) apus__expect_status((a), (status), __FILE__, __LINE__)
/* path: $, .name, ["name"] (with dots in it), [index]; json: the expected value as JSON,
 * compared as values. */
#define apus_expect_json(a, path, json) apus__expect_json((a), (path), (json), __FILE__, __LINE__)
/* The body is that text, byte for byte. */
#define apus_expect_text(a, text) apus__expect_text((a), (text), __FILE__, __LINE__)
#define apus_expect_header(a, name, value)                                                         \
    apus__expect_header((a), (name), (value), __FILE__, __LINE__)
#define apus_expect(condition) apus__expect((condition), #condition, __FILE__, __LINE__)

void apus__expect_status(apus_answer a, int status, const char *file, int line);
void apus__expect_json(apus_answer a, const char *path, const char *json, const char *file,
                       int line);
void apus__expect_text(apus_answer a, const char *text, const char *file, int line);
void apus__expect_header(apus_answer a, const char *name, const char *value, const char *file,
                         int line);
void apus__expect(bool holds, const char *what, const char *file, int line);

/* Called instead of ending the process when an expectation fails, with a text
 * that says all; a cmocka suite passes a function that calls fail_msg. */
void apus_test_on_fail(void (*fn)(const char *text));

/* Runs the app's Test() functions, each in a process of its own; prints a line per
 * test and a summary; filter is a part of the name, or NULL.  Exit code. */
int apus_test_main(const apus_app *app, const char *filter);

APUS_API_END

#endif
