/* check: the contract first, then the running program against it.
 *
 * Every operation of its own OpenAPI document is called with inputs made from its schemas;
 * each answer must come, must not be a 5xx, must have a status that is documented (or one
 * that any operation may give), and its JSON must keep the schema that is declared for it.
 * Answers in pieces are listened to for a while, and each piece is held to its schema.
 * An input that breaks its own schema in a way that is not a matter of coercion must not be
 * accepted: a required parameter or member that is not sent. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apus/json.h"
#include "apus/json_pointer.h"
#include "apus/schema.h"
#include "apus/url.h"
#include "check_stream.h"
#include "client.h"
#include "command.h"
#include "inputs.h"
#include "process.h"
#include "project.h"

enum {
    SHOWN_MAX = 20,
    READY_MS = 5000,
    CALL_MEMORY = 256 << 20,
    HEADER_MAX = 2000,
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
    const char *method, *path;
    const apus_json *json; /* of the document */
    unsigned taken;        /* calls that were answered with success */
    bool is_stream;        /* its answer may never end */
};

/* --- the service --- */

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof(at);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (struct sockaddr *)&at, &len))
        return -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    *port = ntohs(at.sin_port);
    return fd;
}

static pid_t start(apus_arena *arena, const struct project *p, const struct options *options,
                   uint16_t *port)
{
    int ready[2], listener = listen_anywhere(port);
    if (listener < 0 || pipe(ready)) {
        complain("no socket for the service: %s", strerror(errno));
        return -1;
    }
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    setenv("APUS_LISTEN_FD", textf(arena, "%d", listener), 1);
    setenv("APUS_READY_FD", textf(arena, "%d", ready[1]), 1);
    setenv("APUS_WORKERS", "0", 1);
    setenv("APUS_DRAIN", "0", 1); /* nobody is left who listens to streams that never end */
    struct argv a = { .arena = arena };
    argv_add(&a, strchr(p->program, '/') ? p->program : textf(arena, "./%s", p->program));
    for (const char **word = options->rest; word && *word; word++)
        argv_add(&a, *word);
    pid_t child = process_start(&a);
    close(ready[1]);
    close(listener);
    struct pollfd wait = { .fd = ready[0], .events = POLLIN };
    char byte;
    bool up = child > 0 && poll(&wait, 1, READY_MS) == 1 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!up)
        complain("the service did not start; its own words are above");
    return up ? child : -1;
}

static bool has_crashed(pid_t child, int *status)
{
    return waitpid(child, status, WNOHANG) == child;
}

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
    const apus_json *responses = apus_json_get(o->json, "responses");
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

/* --- building requests --- */

static void add_value(apus_buf *to, const apus_json *v)
{
    apus_arena scratch;
    apus_arena_init(&scratch, &apus_alloc_libc, 1 << 20);
    apus_buf b = apus_buf_in(&scratch);
    apus_str text = v->kind == APUS_JSON_string ? v->text : APUS_STR("");
    if (v->kind != APUS_JSON_string) {
        apus_json_write(&b, v);
        if (apus_buf_take(&b, &text))
            to->failed = APUS_NOMEM;
    }
    apus_url_encode(to, text);
    apus_arena_finish(&scratch);
}

/* The value of a parameter in this request: the one under attack, or a good one. */
static const apus_json *value_of(struct operation *o, apus_arena *a, const apus_json *p,
                                 const apus_json *attacked, const apus_json *with)
{
    return p == attacked ? with : inputs_good(a, o->check->document, apus_json_get(p, "schema"));
}

/* A value as it stands in a header or a form. */
static apus_str plain_text(apus_arena *a, const apus_json *v)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    if (v->kind == APUS_JSON_string)
        return v->text;
    apus_json_write(&b, v);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

/* What would end a header's line, or a cookie, cannot be sent in one. */
static bool is_sendable(apus_str text, bool in_cookie)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x20 || c == 0x7f || (in_cookie && strchr(" \",;\\", c)))
            return false;
    }
    return text.len < HEADER_MAX;
}

static bool has_number(const apus_json *document, const apus_json *schema)
{
    const apus_json *s = apus_json_resolve(document, schema);
    apus_str type = apus_json_text_or(apus_json_get(s, "type"), APUS_STR(""));
    return apus_str_eq(type, APUS_STR("integer")) || apus_str_eq(type, APUS_STR("number"));
}

static apus_str in_of(const apus_json *p)
{
    return apus_json_text_or(apus_json_get(p, "in"), APUS_STR(""));
}

static const apus_json *param_named(const apus_json *list, apus_str name)
{
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        if (apus_str_eq(apus_json_text_or(apus_json_get(p, "name"), APUS_STR("")), name) &&
            apus_str_eq(in_of(p), APUS_STR("path")))
            return p;
    }
    return NULL;
}

/* "at=1&at=2" of a list, "n=1" of all else; nothing of an empty list. */
static void add_query(apus_buf *to, char *separator, apus_str name, const apus_json *v)
{
    bool is_list = v->kind == APUS_JSON_list;
    for (const apus_json *one = is_list ? v->first : v; one; one = is_list ? one->next : NULL) {
        apus_buf_addc(to, *separator);
        apus_buf_add(to, name);
        apus_buf_addc(to, '=');
        add_value(to, one);
        *separator = '&';
    }
}

/* The path with its parameters filled in, then the query.  with == NULL: the attacked
 * parameter is left out. */
static const char *target_for(struct operation *o, apus_arena *a, const apus_json *attacked,
                              const apus_json *with)
{
    const apus_json *list = apus_json_get(o->json, "parameters");
    apus_buf b = apus_buf_in(a);
    for (const char *p = o->path; *p; p++) {
        const char *end = *p == '{' ? strchr(p, '}') : NULL;
        const apus_json *param =
            end ? param_named(list, (apus_str){ p + 1, (size_t)(end - p - 1) }) : NULL;
        if (param) {
            const apus_json *v = value_of(o, a, param, attacked, with);
            if (v)
                add_value(&b, v);
            p = end;
        } else {
            apus_buf_addc(&b, *p);
        }
    }
    char separator = '?';
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        bool required = apus_json_bool_or(apus_json_get(p, "required"), false);
        if (!apus_str_eq(in_of(p), APUS_STR("query")) || (p != attacked && !required))
            continue;
        const apus_json *v = value_of(o, a, p, attacked, with);
        if (!v)
            continue;
        add_query(&b, &separator, apus_json_text_or(apus_json_get(p, "name"), APUS_STR("")), v);
    }
    if (o->check->service.query) {
        apus_buf_addc(&b, separator);
        apus_buf_add(&b, apus_str_of(o->check->service.query));
    }
    apus_str target;
    return apus_buf_take(&b, &target) ? "/" : target.ptr;
}

/* Headers and cookies: those that are required, and the one under attack. */
static const char *headers_for(struct operation *o, apus_arena *a, const apus_json *attacked,
                               const apus_json *with)
{
    const apus_json *list = apus_json_get(o->json, "parameters");
    const char *cookies = "", *headers = "";
    for (size_t i = 0; apus_json_at(list, i); i++) {
        const apus_json *p = apus_json_at(list, i);
        bool is_cookie = apus_str_eq(in_of(p), APUS_STR("cookie"));
        if (!is_cookie && !apus_str_eq(in_of(p), APUS_STR("header")))
            continue;
        if (p != attacked && !apus_json_bool_or(apus_json_get(p, "required"), false))
            continue;
        const apus_json *v = value_of(o, a, p, attacked, with);
        apus_str text = v ? plain_text(a, v) : APUS_STR("");
        if (!v || !is_sendable(text, is_cookie))
            continue;
        const char *name =
            textf(a, "%.*s", APUS_FMT(apus_json_text_or(apus_json_get(p, "name"), APUS_STR(""))));
        if (is_cookie)
            cookies = textf(a, "%s%s%s=%.*s", cookies, *cookies ? "; " : "", name, APUS_FMT(text));
        else
            headers = textf(a, "%s%s: %.*s\r\n", headers, name, APUS_FMT(text));
    }
    return *cookies ? textf(a, "%scookie: %s\r\n", headers, cookies) : headers;
}

/* What a body is made of, and how it is written. */
struct body {
    const char *type;
    const apus_json *schema, *encoding;
};

static const char boundary[] = "apus-check-7d1f";

static struct body body_of(const struct operation *o)
{
    static const char *const known[] = { "application/json", "application/x-www-form-urlencoded",
                                         "multipart/form-data", "application/octet-stream" };
    const apus_json *content = apus_json_get(apus_json_get(o->json, "requestBody"), "content");
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const apus_json *media = apus_json_get(content, known[i]);
        if (media)
            return (struct body){ known[i], apus_json_get(media, "schema"),
                                  apus_json_get(media, "encoding") };
    }
    return (struct body){ NULL, NULL, NULL };
}

static apus_str write_json(apus_arena *a, const apus_json *v)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json_write(&b, v);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

/* The type of a file that is sent in a form's member, the first that its encoding names or the
 * one of its schema; empty for what is no file. */
static apus_str file_type(const struct operation *o, const struct body *body,
                          const apus_json *member)
{
    const apus_json *schema = apus_json_resolve(o->check->document, body->schema);
    const apus_json *p = apus_json_get(apus_json_get(schema, "properties"), member->name.ptr);
    const apus_json *items = apus_json_get(p, "items");
    p = items ? items : p;
    bool is_binary = apus_str_eq(apus_json_text_or(apus_json_get(p, "format"), APUS_STR("")),
                                 APUS_STR("binary"));
    apus_str of_schema =
        apus_json_text_or(apus_json_get(p, "contentMediaType"),
                          is_binary ? APUS_STR("application/octet-stream") : APUS_STR(""));
    const apus_json *encoding = apus_json_get(body->encoding, member->name.ptr);
    apus_str said = apus_json_text_or(apus_json_get(encoding, "contentType"), of_schema);
    size_t comma = apus_str_find(said, ',');
    return of_schema.len ? apus_str_slice(said, 0, comma) : APUS_STR("");
}

/* What stands in front of a file's bytes; a range of types ends in "*", and any of it will do. */
static const char *file_head(apus_arena *a, apus_str type)
{
    const char *any = apus_str_ends(type, APUS_STR("/*")) ? "x-any" : "";
    if (type.len == 0)
        return "";
    if (*any)
        type.len--;
    return textf(a, "; filename=\"a.bin\"\r\ncontent-type: %.*s%s", APUS_FMT(type), any);
}

static void add_field(apus_arena *a, apus_buf *b, const struct operation *o,
                      const struct body *body, const apus_json *member, const apus_json *v)
{
    if (body->type[0] == 'm') {
        apus_buf_addf(b, "--%s\r\ncontent-disposition: form-data; name=\"%.*s\"%s\r\n\r\n%.*s\r\n",
                      boundary, APUS_FMT(member->name), file_head(a, file_type(o, body, member)),
                      APUS_FMT(plain_text(a, v)));
        return;
    }
    if (b->len)
        apus_buf_addc(b, '&');
    apus_url_encode(b, member->name);
    apus_buf_addc(b, '=');
    add_value(b, v);
}

/* An object as a form, each member as its text, lists as several. */
static apus_str write_form(apus_arena *a, const struct operation *o, const struct body *body,
                           const apus_json *object)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    bool holds = object->kind == APUS_JSON_object;
    for (const apus_json *m = holds ? object->first : NULL; m; m = m->next) {
        if (m->kind != APUS_JSON_list)
            add_field(a, &b, o, body, m, m);
        for (const apus_json *v = m->kind == APUS_JSON_list ? m->first : NULL; v; v = v->next)
            add_field(a, &b, o, body, m, v);
    }
    if (body->type[0] == 'm')
        apus_buf_addf(&b, "--%s--\r\n", boundary);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

static apus_str write_body(apus_arena *a, const struct operation *o, const struct body *body,
                           const apus_json *v)
{
    if (!body->type)
        return APUS_STR("");
    if (strcmp(body->type, "application/json") == 0)
        return write_json(a, v);
    if (strcmp(body->type, "application/octet-stream") == 0)
        return APUS_STR("\x00\x01 bytes");
    return write_form(a, o, body, v);
}

static const char *type_of(apus_arena *a, const struct body *body)
{
    if (body->type && body->type[0] == 'm')
        return textf(a, "multipart/form-data; boundary=%s", boundary);
    return body->type;
}

/* Each call takes its memory from its own arena. */
static void begin_call(apus_arena *a)
{
    apus_arena_init(a, &apus_alloc_libc, CALL_MEMORY);
}

/* Whether leaving it out, or that value of it, must be refused.  All arrives as text: a text is
 * held to a text's rules, a number to a number's. */
static bool must_refuse_parameter(struct operation *o, apus_arena *a, const apus_json *p,
                                  const apus_json *v)
{
    const apus_json *schema = apus_json_get(p, "schema");
    if (!v)
        return apus_json_bool_or(apus_json_get(p, "required"), false) &&
               !apus_str_eq(in_of(p), APUS_STR("path"));
    bool in_query = apus_str_eq(in_of(p), APUS_STR("query"));
    bool is_number = v->kind == APUS_JSON_int || v->kind == APUS_JSON_double;
    if (!in_query || !(is_number || v->kind == APUS_JSON_string))
        return false; /* a path may lead elsewhere, a header is trimmed */
    if (is_number && !has_number(o->check->document, schema))
        return false;
    return inputs_must_refuse(a, o->check->document, schema, v);
}

static void call_with(struct operation *o, const apus_json *attacked, const apus_json *with)
{
    apus_arena a;
    begin_call(&a);
    struct body body = body_of(o);
    apus_json *good = inputs_good(&a, o->check->document, body.schema);
    call(o, &a,
         &(struct request){ .target = target_for(o, &a, attacked, with),
                            .headers = headers_for(o, &a, attacked, with),
                            .type = type_of(&a, &body),
                            .body = write_body(&a, o, &body, good),
                            .must_refuse =
                                attacked && must_refuse_parameter(o, &a, attacked, with) });
    apus_arena_finish(&a);
}

static void attack_parameters(struct operation *o)
{
    const apus_json *list = apus_json_get(o->json, "parameters");
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
         &(struct request){ .target = target_for(o, &a, NULL, NULL),
                            .headers = headers_for(o, &a, NULL, NULL),
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
    bool is_required =
        apus_json_bool_or(apus_json_get(apus_json_get(o->json, "requestBody"), "required"), false);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        call_with_body(o, "application/json", apus_str_of(broken[i]), *broken[i] || is_required);
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        call_with_body(o, "application/json", apus_str_of(odd[i]), false);
}

static void attack_body(struct operation *o)
{
    struct body body = body_of(o);
    if (!body.schema)
        return;
    apus_arena a;
    begin_call(&a);
    bool is_json = strcmp(body.type, "application/json") == 0;
    const apus_json *values = inputs_for(&a, o->check->document, body.schema);
    const char *type = type_of(&a, &body);
    for (const apus_json *v = values->first; v; v = v->next) {
        apus_arena one;
        begin_call(&one);
        bool must_refuse = is_json && inputs_must_refuse(&one, o->check->document, body.schema, v);
        call_with_body(o, type, write_body(&one, o, &body, v), must_refuse);
        apus_arena_finish(&one);
    }
    if (is_json)
        attack_syntax(o);
    call_with_body(o, "text/plain", write_json(&a, values->first), false);
    apus_arena_finish(&a);
}

static void attack_path(struct check *c, const apus_json *item)
{
    static const char *const methods[] = { "get",    "post", "put",    "patch",
                                           "delete", "head", "options" };
    for (const apus_json *m = item->first; m; m = m->next) {
        char upper[16] = { 0 };
        bool known = false;
        for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
            known = known || apus_str_eq(m->name, apus_str_of(methods[i]));
        if (!known)
            continue;
        for (size_t i = 0; i < m->name.len && i + 1 < sizeof(upper); i++)
            upper[i] = (char)(m->name.ptr[i] & ~0x20);
        struct operation o = { .check = c,
                               .method = upper,
                               .path = item->name.ptr,
                               .json = m,
                               .is_stream = stream_is_declared(m) };
        unsigned calls = c->calls, failures = c->failures;
        attack_parameters(&o);
        attack_body(&o);
        printf("%s  %-6s %-40s %5u calls%s\n", c->failures == failures ? "ok  " : "FAIL", upper,
               item->name.ptr, c->calls - calls,
               o.taken ? "" : ", none of them taken: does it need a --header, a --query, or data?");
    }
}

static int attack(apus_arena *arena, struct service service)
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

/* A name and a value, on one line. */
static bool is_header(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon && colon != text && strcspn(text, " \r\n") > (size_t)(colon - text) &&
           !strpbrk(text, "\r\n");
}

/* As it stands in a URL: "key=a%20b". */
static bool is_query(const char *text)
{
    const char *equals = strchr(text, '=');
    for (const char *p = text; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '#')
            return false;
    return equals && equals != text;
}

static int check(apus_arena *arena, const struct options *options)
{
    const char *words[] = { "--check", NULL };
    struct project p;
    uint16_t port;
    int status;
    if (options->query && !is_query(options->query)) {
        complain("--query takes a name and a value as in a URL: --query key=sesame");
        return EXIT_USAGE;
    }
    if (options->header && !is_header(options->header)) {
        complain("--header takes a name and a value: --header 'X-API-Key: key-ada'");
        return EXIT_USAGE;
    }
    if (!project_find(arena, options, BUILD_DEV, &p) || project_apusc(&p, words))
        return EXIT_FAILED;
    printf("ok    the contract\n");
    if (!project_build(&p, NULL))
        return EXIT_FAILED;
    fflush(NULL);
    pid_t child = start(arena, &p, options, &port);
    if (child < 0)
        return EXIT_FAILED;
    int code = attack(arena, (struct service){ port, options->header, options->query });
    if (has_crashed(child, &status)) {
        complain("the service crashed: exit code %d", process_code(status));
        return EXIT_FAILED;
    }
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    return code;
}

static const manual_row rows[] = {
    ROW_FILES,
    { "-H, --header", "HEADER",
      "sent with each request, so that guarded routes are attacked behind their guards: "
      "'X-API-Key: key-ada'",
      PLACE(header) },
    { "-Q, --query", "NAME=VALUE",
      "sent in the query of each request, for keys that stand there: 'key=sesame'", PLACE(query) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_check = {
    .name = "check",
    .page = { .name = "apus check",
              .usage = "[FILE...|DIR] [-H HEADER] [-Q NAME=VALUE] [-- ARG...]",
              .summary = "check the contract, then attack the running program with it",
              .heading = "Options",
              .rows = rows,
              .about = "Every operation is called with inputs made from its own schema; each "
                       "answer must "
                       "be documented and keep its schema, and what breaks the contract must be "
                       "refused. What follows -- goes to the program.",
              .also = (const char *const[]){ "apus", "apus test", NULL } },
    .run = check,
};
