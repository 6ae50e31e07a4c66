/* check: the contract first, then the running program against it.
 *
 * Every operation of its own OpenAPI document is called with inputs made from its schemas;
 * each answer must come, must not be a 5xx, must have a status that is documented (or one
 * that any operation may give), and its JSON must keep the schema that is declared for it.
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
#include "apus/schema.h"
#include "apus/url.h"
#include "client.h"
#include "command.h"
#include "inputs.h"
#include "process.h"
#include "project.h"

enum { SHOWN_MAX = 20, READY_MS = 5000, CALL_MEMORY = 64 << 20 };

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

static void call(struct operation *o, apus_arena *a, const char *target, const char *type,
                 apus_str body, bool must_refuse)
{
    struct reply r;
    o->check->calls++;
    if (!client_send(a, &o->check->service, o->method, target, type, body, &r)) {
        report(o, target, body, "no whole answer came");
        return;
    }
    const apus_json *responses = apus_json_get(o->json, "responses");
    const apus_json *response = apus_json_get(responses, textf(a, "%d", r.status));
    const char *wrong = NULL;
    if (r.status >= 500 && !response)
        wrong = textf(a, "answered %d: %.*s", r.status, (int)(r.body.len < 200 ? r.body.len : 200),
                      r.body.ptr);
    else if (!response && !is_common(r.status))
        wrong = textf(a, "answered %d, which is not documented", r.status);
    else if (must_refuse && r.status < 400)
        wrong = textf(a, "answered %d though something required was not sent", r.status);
    else if (response)
        wrong = check_body(o, a, &r, response);
    if (wrong)
        report(o, target, body, wrong);
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
        apus_buf_addc(&b, separator);
        apus_buf_add(&b, apus_json_text_or(apus_json_get(p, "name"), APUS_STR("")));
        apus_buf_addc(&b, '=');
        add_value(&b, v);
        separator = '&';
    }
    apus_str target;
    return apus_buf_take(&b, &target) ? "/" : target.ptr;
}

static const apus_json *body_schema(const struct operation *o)
{
    const apus_json *content = apus_json_get(apus_json_get(o->json, "requestBody"), "content");
    return apus_json_get(apus_json_get(content, "application/json"), "schema");
}

static apus_str write_json(apus_arena *a, const apus_json *v)
{
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json_write(&b, v);
    return apus_buf_take(&b, &text) ? APUS_STR("") : text;
}

/* Each call takes its memory from its own arena. */
#define WITH_ARENA(name)                                                                           \
    apus_arena name;                                                                               \
    apus_arena_init(&name, &apus_alloc_libc, CALL_MEMORY)

static void call_with(struct operation *o, const apus_json *attacked, const apus_json *with)
{
    WITH_ARENA(a);
    const apus_json *schema = body_schema(o);
    apus_str body =
        schema ? write_json(&a, inputs_good(&a, o->check->document, schema)) : APUS_STR("");
    bool must_refuse = attacked && !with &&
                       apus_json_bool_or(apus_json_get(attacked, "required"), false) &&
                       apus_str_eq(in_of(attacked), APUS_STR("query"));
    call(o, &a, target_for(o, &a, attacked, with), schema ? "application/json" : NULL, body,
         must_refuse);
    apus_arena_finish(&a);
}

static void attack_parameters(struct operation *o)
{
    const apus_json *list = apus_json_get(o->json, "parameters");
    call_with(o, NULL, NULL);
    for (size_t i = 0; apus_json_at(list, i); i++) {
        WITH_ARENA(a);
        const apus_json *p = apus_json_at(list, i);
        const apus_json *values = inputs_for(&a, o->check->document, apus_json_get(p, "schema"));
        for (const apus_json *v = values->first; v; v = v->next)
            call_with(o, p, v);
        call_with(o, p, NULL);
        apus_arena_finish(&a);
    }
}

static void attack_body(struct operation *o)
{
    static const char *const broken[] = {
        "",     "{",    "[1,", "nonsense", "{\"a\":1,}",          "\"\\ud800\"",
        "\xff", "null", "[]",  "0",        "[[[[[[[[[[[[[[[[[[[["
    };
    const apus_json *schema = body_schema(o);
    if (!schema)
        return;
    WITH_ARENA(a);
    const apus_json *values = inputs_for(&a, o->check->document, schema);
    for (const apus_json *v = values->first; v; v = v->next) {
        WITH_ARENA(one);
        call(o, &one, target_for(o, &one, NULL, NULL), "application/json", write_json(&one, v),
             false);
        apus_arena_finish(&one);
    }
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        WITH_ARENA(one);
        call(o, &one, target_for(o, &one, NULL, NULL), "application/json", apus_str_of(broken[i]),
             i < 7);
        apus_arena_finish(&one);
    }
    call(o, &a, target_for(o, &a, NULL, NULL), "text/plain", write_json(&a, values->first), false);
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
        struct operation o = { .check = c, .method = upper, .path = item->name.ptr, .json = m };
        unsigned calls = c->calls, failures = c->failures;
        attack_parameters(&o);
        attack_body(&o);
        printf("%s  %-6s %-40s %5u calls\n", c->failures == failures ? "ok  " : "FAIL", upper,
               item->name.ptr, c->calls - calls);
    }
}

static int attack(apus_arena *arena, struct service service)
{
    struct check c = { .service = service };
    struct reply r;
    apus_json *document;
    if (!client_send(arena, &service, "GET", "/openapi.json", NULL, APUS_STR(""), &r) ||
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

static int check(apus_arena *arena, const struct options *options)
{
    const char *words[] = { "--check", NULL };
    struct project p;
    uint16_t port;
    int status;
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
    int code = attack(arena, (struct service){ port, options->header });
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
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_check = {
    .name = "check",
    .page = { .name = "apus check",
              .usage = "[FILE...|DIR] [-- ARG...]",
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
