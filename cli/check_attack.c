/* Every operation of a service's own document is called with inputs made from its schemas; each
 * answer must come, must not be a 5xx, must have a status that is documented (or one that any
 * operation may give), and its JSON must keep the schema that is declared for it.  Answers in
 * pieces are listened to for a while, and each piece is held to its schema.  An input that breaks
 * its own schema in a way that is not a matter of coercion must not be accepted: a required
 * parameter or member that is not sent. */
#include "check_attack.h"

#include <stdio.h>
#include <string.h>

#include "apus/http.h"
#include "apus/json.h"
#include "apus/schema.h"
#include "check_request.h"
#include "check_stream.h"
#include "command.h"
#include "inputs.h"

enum {
    SHOWN_MAX = 20,
    CALL_MEMORY = 256 << 20,
    STREAM_LISTENED = 3,   /* answers in pieces of one operation that are given time ... */
    STREAM_QUIET_MS = 400, /* ... until nothing comes for so long ... */
    STREAM_SHORT_MS = 50,  /* ... and the others */
};

struct check {
    const apus_json *document;
    struct service service;
    unsigned calls, failures;
};

/* One operation under attack. */
struct operation {
    struct check *check;
    const char *method;
    struct asked asked;
    unsigned taken; /* calls that were answered with success */
    bool is_stream; /* its answer may never end */
};

/* --- one call --- */

static void report(struct operation *o, const char *target, apus_str body, const char *what)
{
    o->check->failures++;
    if (o->check->failures > SHOWN_MAX)
        return;
    printf("FAIL  %s %s\n", o->method, target);
    if (body.len)
        printf("      body: %.*s\n", (int)(body.len < 200 ? body.len : 200), body.ptr);
    printf("      %s\n", what);
}

/* Statuses that any operation may give without declaring them. */
static bool is_common(int status)
{
    static const int common[] = { 307, 400, 401, 403, 404, 405, 413, 414, 415, 422, 429, 431 };
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        if (common[i] == status)
            return true;
    }
    return false;
}

static const char *check_body(struct operation *o, apus_arena *a, const struct reply *r,
                              const apus_json *response)
{
    const apus_json *content = apus_json_get(response, "content");
    const apus_json *media = apus_json_get(content, "application/json");
    if (!media || !apus_str_starts(r->content_type, APUS_STR("application/json")))
        return NULL;
    apus_json *value;
    apus_schema schema = { .document = o->check->document, .root = apus_json_get(media, "schema") };
    apus_err err;
    if (apus_json_parse(a, r->body, NULL, &value, NULL))
        return "the answer is not JSON";
    if (schema.root && apus_schema_check(&schema, a, value, &err) == APUS_INVALID)
        return textf(a, "the answer breaks its schema at %s", err.msg);
    return NULL;
}

/* What is sent. */
struct request {
    const char *target;
    const char *headers; /* "name: value\r\n"... */
    const char *type;    /* of the body, or NULL */
    apus_str body;
    bool must_refuse; /* it breaks the contract, whatever is converted */
};

/* Whether there was an answer, as far as there can be. */
static bool send_request(struct operation *o, apus_arena *a, const struct request *q,
                         struct reply *r)
{
    const struct service *to = &o->check->service;
    int quiet_ms = o->taken < STREAM_LISTENED ? STREAM_QUIET_MS : STREAM_SHORT_MS;
    if (!o->is_stream)
        return client_send(a, to, o->method, q->target, q->headers, q->type, q->body, r);
    return client_listen(a, to, o->method, q->target, q->headers, q->type, q->body, quiet_ms, r);
}

static void call(struct operation *o, apus_arena *a, const struct request *q)
{
    struct reply r;
    o->check->calls++;
    if (!send_request(o, a, q, &r)) {
        report(o, q->target, q->body, "no whole answer came");
        return;
    }
    if (!r.status) { /* a stream that has nothing to say yet */
        o->taken++;
        if (q->must_refuse)
            report(o, q->target, q->body,
                   "begins to listen though the request breaks the contract");
        return;
    }
    const apus_json *responses = apus_json_get(o->asked.json, "responses");
    const apus_json *response = apus_json_get(responses, textf(a, "%d", r.status));
    const char *wrong = NULL;
    o->taken += r.status < 300;
    if (r.status >= 500 && !response)
        wrong = textf(a, "answered %d: %.*s", r.status, (int)(r.body.len < 200 ? r.body.len : 200),
                      r.body.ptr);
    else if (!response && !is_common(r.status) && !apus_json_get(responses, "default"))
        wrong = textf(a, "answered %d, which is not documented", r.status);
    else if (q->must_refuse && r.status < 300)
        wrong = textf(a, "answered %d though the request breaks the contract", r.status);
    else if (response)
        wrong = check_body(o, a, &r, response);
    if (!wrong && response && o->is_stream)
        wrong = stream_check(a, o->check->document, response, &r);
    if (wrong)
        report(o, q->target, q->body, wrong);
}

/* --- attacks --- */

/* Each call takes its memory from its own arena. */
static void begin_call(apus_arena *a)
{
    apus_arena_init(a, &apus_alloc_libc, CALL_MEMORY);
}

static void call_with(struct operation *o, const apus_json *attacked, const apus_json *with)
{
    apus_arena a;
    begin_call(&a);
    struct body body = request_body(&o->asked);
    apus_json *good = inputs_good(&a, o->check->document, body.schema);
    call(o, &a,
         &(struct request){ .target = request_target(&o->asked, &a, attacked, with),
                            .headers = request_headers(&o->asked, &a, attacked, with),
                            .type = request_body_type(&a, &body),
                            .body = request_body_write(&a, &o->asked, &body, good),
                            .must_refuse =
                                attacked && request_must_refuse(&o->asked, &a, attacked, with) });
    apus_arena_finish(&a);
}

static void attack_parameters(struct operation *o)
{
    const apus_json *list = apus_json_get(o->asked.json, "parameters");
    call_with(o, NULL, NULL);
    for (size_t i = 0; apus_json_at(list, i); i++) {
        apus_arena a;
        begin_call(&a);
        const apus_json *p = apus_json_at(list, i);
        const apus_json *values = inputs_for(&a, o->check->document, apus_json_get(p, "schema"));
        for (const apus_json *v = values->first; v; v = v->next)
            call_with(o, p, v);
        call_with(o, p, NULL);
        apus_arena_finish(&a);
    }
}

static void call_with_body(struct operation *o, const char *type, apus_str text, bool must_refuse)
{
    apus_arena a;
    begin_call(&a);
    call(o, &a,
         &(struct request){ .target = request_target(&o->asked, &a, NULL, NULL),
                            .headers = request_headers(&o->asked, &a, NULL, NULL),
                            .type = type,
                            .body = text,
                            .must_refuse = must_refuse });
    apus_arena_finish(&a);
}

/* Text that is no JSON, in a body that is. */
static void attack_syntax(struct operation *o)
{
    static const char *const broken[] = {
        "",     "{",   "[1,",        "nonsense",      "{\"a\":1,}",          "\"\\ud800\"",
        "\xff", "nan", "{\"a\":1}{", "\xef\xbb\xbf{", "[[[[[[[[[[[[[[[[[[[["
    };
    static const char *const odd[] = { "null", "[]", "0", "{\"a\":1,\"a\":2}" };
    bool is_required = apus_json_bool_or(
        apus_json_get(apus_json_get(o->asked.json, "requestBody"), "required"), false);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        call_with_body(o, "application/json", apus_str_of(broken[i]), *broken[i] || is_required);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        call_with_body(o, "application/json", apus_str_of(odd[i]), false);
}

static void attack_body(struct operation *o)
{
    struct body body = request_body(&o->asked);
    if (!body.schema)
        return;
    apus_arena a;
    begin_call(&a);
    bool is_json = strcmp(body.type, "application/json") == 0;
    const apus_json *values = inputs_for(&a, o->check->document, body.schema);
    const char *type = request_body_type(&a, &body);
    for (const apus_json *v = values->first; v; v = v->next) {
        apus_arena one;
        begin_call(&one);
        bool must_refuse = is_json && inputs_must_refuse(&one, o->check->document, body.schema, v);
        call_with_body(o, type, request_body_write(&one, &o->asked, &body, v), must_refuse);
        apus_arena_finish(&one);
    }
    if (is_json)
        attack_syntax(o);
    call_with_body(o, "text/plain", request_json(&a, values->first), false);
    apus_arena_finish(&a);
}

static void attack_path(struct check *c, const apus_json *item)
{
    for (const apus_json *m = item->first; m; m = m->next) {
        apus_method method = apus_method_of_operation(m->name);
        if (!method)
            continue;
        const char *name = apus_method_name(method).ptr;
        struct operation o = { .check = c,
                               .method = name,
                               .asked = { .document = c->document,
                                          .json = m,
                                          .path = item->name.ptr,
                                          .query = c->service.query },
                               .is_stream = stream_is_declared(m) };
        unsigned calls = c->calls, failures = c->failures;
        attack_parameters(&o);
        attack_body(&o);
        printf("%s  %-6s %-40s %5u calls%s\n", c->failures == failures ? "ok  " : "FAIL", name,
               item->name.ptr, c->calls - calls,
               o.taken ? "" : ", none of them taken: does it need a --header, a --query, or data?");
    }
}

int check_attack(apus_arena *arena, struct service service)
{
    struct check c = { .service = service };
    struct reply r;
    apus_json *document;
    if (!client_send(arena, &service, "GET", "/openapi.json", "", NULL, APUS_STR(""), &r) ||
        r.status != 200 || apus_json_parse(arena, r.body, NULL, &document, NULL)) {
        complain("the service gives no /openapi.json to check it against");
        return EXIT_FAILED;
    }
    c.document = document;
    const apus_json *paths = apus_json_get(document, "paths");
    for (const apus_json *item = paths ? paths->first : NULL; item; item = item->next)
        attack_path(&c, item);
    if (c.failures > SHOWN_MAX)
        printf("... and %u further failures\n", c.failures - SHOWN_MAX);
    printf("%u passed, %u failed\n", c.calls - c.failures, c.failures);
    return c.failures ? EXIT_FAILED : EXIT_FINE;
}
