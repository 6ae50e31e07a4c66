/* One table: the flag, its environment variable, its default, its bounds and its
 * line in --help.  In a file the flag is the name. */
#include "serve/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apus/process.h"
#include "serve/config.h"
#include "serve/link.h"

enum {
    SET_NAME_MAX = 256,   /* bytes of a name in --set, and its NUL */
    MEMORY_MAX = 8 << 20, /* of what a file says */
};

typedef enum kind { TEXT, PATH /* "/x" */, NUMBER, COUNT /* a number, or "auto" */ } kind;

/* Where proxies and colleagues are, and nobody of the internet. */
#define APUS__NEIGHBOURS                                                                           \
    "unix,127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,100.64.0.0/10,"   \
    "fc00::/7,fe80::/10"

static const struct option {
    const char *flag; /* without the dashes */
    const char *variable;
    const char *argument;
    kind kind;
    size_t offset;
    const char *text; /* default of TEXT and PATH */
    int64_t number;   /* default of NUMBER ... */
    int64_t min, max; /* ... and its bounds */
    const char *help;
} options[] = {
    { "config", "APUS_CONFIG", "FILE", TEXT, offsetof(apus__options, config), NULL, 0, 0, 0,
      "read what follows from a YAML file, `port: 8000` for --port 8000; flags and variables win" },
    { "host", "APUS_HOST", "ADDRESS", TEXT, offsetof(apus__options, host), "127.0.0.1", 0, 0, 0,
      "IPv4 or IPv6 addresses to listen on, with commas between; 0.0.0.0 for all" },
    { "port", "APUS_PORT", "PORT", NUMBER, offsetof(apus__options, port), NULL, 8000, 0, 65535,
      "port to listen on; 0 lets the system choose" },
    { "unix", "APUS_UNIX", "PATH", TEXT, offsetof(apus__options, unix_path), NULL, 0, 0, 0,
      "listen on a Unix socket instead" },
    { "backlog", "APUS_BACKLOG", "N", NUMBER, offsetof(apus__options, backlog), NULL, 1024, 1,
      1000000,
      "connections that may wait to be accepted, in each worker; the system's net.core.somaxconn "
      "at most" },
    { "trusted-proxies", "APUS_TRUSTED_PROXIES", "LIST", TEXT,
      offsetof(apus__options, trusted_proxies), NULL, 0, 0, 0,
      "networks whose X-Forwarded-For and -Proto count: 10.0.0.0/8,unix" },
    { "proxy-protocol", "APUS_PROXY_PROTOCOL", "LIST", TEXT,
      offsetof(apus__options, proxy_protocol), NULL, 0, 0, 0,
      "networks of balancers that put a head of the PROXY protocol (1 or 2) in front of each "
      "connection: 10.0.0.0/8,unix" },
    { "workers", "APUS_WORKERS", "N", COUNT, offsetof(apus__options, workers), NULL, 0, 0,
      APUS__WORKERS_MAX,
      "processes that serve, watched over by this one; auto: as many as cores; 0: this one "
      "serves" },
    { "drain", "APUS_DRAIN", "SECONDS", NUMBER, offsetof(apus__options, drain), NULL, 30, 0, 86400,
      "what requests in flight get when the service stops" },
    { "drain-delay", "APUS_DRAIN_DELAY", "SECONDS", NUMBER, offsetof(apus__options, drain_delay),
      NULL, 0, 0, 3600,
      "before that all goes on as ever for so long, while readiness says no, so that load "
      "balancers look elsewhere" },
    { "admin", "APUS_ADMIN", "ADDRESS", TEXT, offsetof(apus__options, admin), NULL, 0, 0, 0,
      "answer /metrics, /live and /ready at an address of their own: 9090, 127.0.0.1:9090, "
      "[::]:9090, or the path of a Unix socket" },
    { "metrics", "APUS_METRICS", "PATH", PATH, offsetof(apus__options, metrics), NULL, 0, 0, 0,
      "answer metrics at a path of the service, where all its clients can read them" },
    { "live", "APUS_LIVE", "PATH", PATH, offsetof(apus__options, live), NULL, 0, 0, 0,
      "answer 200 at a path of the service as long as it comes round" },
    { "ready", "APUS_READY", "PATH", PATH, offsetof(apus__options, ready), NULL, 0, 0, 0,
      "answer 200 at a path of the service while it wants requests, 503 when it stops" },
    { "access-log", "APUS_ACCESS_LOG", "PATH|-|off", TEXT, offsetof(apus__options, access_log),
      "off", 0, 0, 0, "write a line for each request to a file or to standard output" },
    { "access-log-format", "APUS_ACCESS_LOG_FORMAT", "json|combined", TEXT,
      offsetof(apus__options, access_log_format), "json", 0, 0, 0,
      "as JSON, or as analysers of web servers' logs read it" },
    { "access-log-headers", "APUS_ACCESS_LOG_HEADERS", "LIST", TEXT,
      offsetof(apus__options, access_log_headers), NULL, 0, 0, 0,
      "headers that the JSON has as well, with commas between: x-tenant,traceparent" },
    { "access-log-secrets", "APUS_ACCESS_LOG_SECRETS", "LIST", TEXT,
      offsetof(apus__options, access_log_secrets), NULL, 0, 0, 0,
      "query parameters and headers whose values are masked, beside those that are known" },
    { "stuck", "APUS_STUCK", "SECONDS", NUMBER, offsetof(apus__options, stuck), NULL, 10, 0, 86400,
      "a worker that does nothing else for so long is replaced; 0: never" },
    { "start", "APUS_START", "SECONDS", NUMBER, offsetof(apus__options, start), NULL, 60, 1, 86400,
      "what a worker gets to start" },
    { "user", "APUS_USER", "NAME[:GROUP]", TEXT, offsetof(apus__options, user), NULL, 0, 0, 0,
      "run as another user once the sockets are open; needs root" },
    { "pid-file", "APUS_PID_FILE", "PATH", TEXT, offsetof(apus__options, pid_file), NULL, 0, 0, 0,
      "write the number of the process that takes signals" },
    { "body-max", "APUS_BODY_MAX", "BYTES", NUMBER, offsetof(apus__options, body_max), NULL,
      1 << 20, 0, INT64_C(1) << 40, "longest body that is accepted" },
    { "connections-max", "APUS_CONNECTIONS_MAX", "N", NUMBER,
      offsetof(apus__options, connections_max), NULL, 10000, 1, 1000000,
      "connections that a process serves at once; the next are answered with 503, or closed" },
    { "connections-per-address", "APUS_CONNECTIONS_PER_ADDRESS", "N", NUMBER,
      offsetof(apus__options, connections_per_address), NULL, 1000, 0, 1000000,
      "of them, those of one address, or 64-bit network of IPv6; the next are answered with 429; "
      "0: no limit" },
    { "connections-exempt", "APUS_CONNECTIONS_EXEMPT", "LIST", TEXT,
      offsetof(apus__options, connections_exempt), APUS__NEIGHBOURS, 0, 0, 0,
      "networks to whose addresses that does not apply, beside trusted proxies" },
    { "requests-max", "APUS_REQUESTS_MAX", "N", NUMBER, offsetof(apus__options, requests_max), NULL,
      0, 0, 1000000,
      "requests under way in a process at once, streams among them; the next are answered with "
      "503; 0: as many as connections" },
    { "target-max", "APUS_TARGET_MAX", "BYTES", NUMBER, offsetof(apus__options, target_max), NULL,
      8192, 64, 1048576, "longest URL: 414" },
    { "head-max", "APUS_HEAD_MAX", "BYTES", NUMBER, offsetof(apus__options, head_max), NULL, 16384,
      256, 1048576, "longest head of a request, its URL and headers: 431" },
    { "headers-max", "APUS_HEADERS_MAX", "N", NUMBER, offsetof(apus__options, headers_max), NULL,
      100, 1, 10000, "most headers of a request: 431" },
    { "pipeline-max", "APUS_PIPELINE_MAX", "N", NUMBER, offsetof(apus__options, pipeline_max), NULL,
      64, 1, 10000,
      "requests of a connection of HTTP/1.1 that are worked on at once; the next wait" },
    { "streams-max", "APUS_STREAMS_MAX", "N", NUMBER, offsetof(apus__options, streams_max), NULL,
      100, 1, 10000, "the same of HTTP/2" },
    { "head-timeout", "APUS_HEAD_TIMEOUT", "SECONDS", NUMBER, offsetof(apus__options, head_timeout),
      NULL, 10, 1, 3600, "what a client gets to send a head: 408" },
    { "body-timeout", "APUS_BODY_TIMEOUT", "SECONDS", NUMBER, offsetof(apus__options, body_timeout),
      NULL, 20, 1, 3600, "how far a body may lag behind --rate-min: 408" },
    { "write-timeout", "APUS_WRITE_TIMEOUT", "SECONDS", NUMBER,
      offsetof(apus__options, write_timeout), NULL, 20, 1, 3600,
      "how far a client may lag behind it that takes an answer: closed" },
    { "rate-min", "APUS_RATE_MIN", "BYTES", NUMBER, offsetof(apus__options, rate_min), NULL, 240, 1,
      1073741824, "bytes a second that bodies and answers have to make" },
    { "idle-timeout", "APUS_IDLE_TIMEOUT", "SECONDS", NUMBER, offsetof(apus__options, idle_timeout),
      NULL, 75, 1, 86400, "how long a connection is kept between requests" },
    { "request-memory", "APUS_REQUEST_MEMORY", "BYTES", NUMBER,
      offsetof(apus__options, request_memory), NULL, 67108864, 65536, INT64_C(1099511627776),
      "memory of one request: 503" },
    { "worker-memory", "APUS_WORKER_MEMORY", "BYTES", NUMBER,
      offsetof(apus__options, worker_memory), NULL, 0, 0, INT64_C(1125899906842624),
      "memory of a process from which new requests are answered with 503, and if it does not come "
      "back, another worker takes its place; 0: no limit" },
    { "shed", "APUS_SHED", "on|off", TEXT, offsetof(apus__options, shed), "on", 0, 0, 0,
      "whether requests are turned away with 503 while there is too much to do" },
    { "concurrency-max", "APUS_CONCURRENCY_MAX", "N", NUMBER,
      offsetof(apus__options, concurrency_max), NULL, 4000, 1, 1000000,
      "with --shed on: requests that a process works on at once, at most; fewer while they take "
      "longer than usual" },
    { "root-path", "APUS_ROOT_PATH", "PATH", TEXT, offsetof(apus__options, root_path), NULL, 0, 0,
      0, "what a proxy in front takes off all paths" },
    { "docs", "APUS_DOCS", "on|off", TEXT, offsetof(apus__options, docs), NULL, 0, 0, 0,
      "whether the OpenAPI document and its pages are served" },
    { "tls-cert", "APUS_TLS_CERT", "FILES", TEXT, offsetof(apus__options, tls_cert), NULL, 0, 0, 0,
      "certificates (PEM) to serve HTTPS and HTTP/2 with, with commas between; the first is for "
      "clients that name no host of the others" },
    { "tls-key", "APUS_TLS_KEY", "FILES", TEXT, offsetof(apus__options, tls_key), NULL, 0, 0, 0,
      "the key (PEM) of each of them, in the same order" },
    { "tls-clients", "APUS_TLS_CLIENTS", "FILE", TEXT, offsetof(apus__options, tls_clients), NULL,
      0, 0, 0, "clients must show a certificate that one of these authorities (PEM) has signed" },
    { "tls-min", "APUS_TLS_MIN", "VERSION", NUMBER, offsetof(apus__options, tls_min), NULL, 12, 12,
      13, "the oldest TLS that is spoken: 12 for 1.2, 13 for 1.3" },
    { "redirect-http", "APUS_REDIRECT_HTTP", "PORT", NUMBER, offsetof(apus__options, redirect_http),
      NULL, 0, 0, 65535,
      "with TLS: a second port, without it, that sends clients to HTTPS; 0: none" },
    { "acme", "APUS_ACME", "FOLDER", TEXT, offsetof(apus__options, acme), NULL, 0, 0, 0,
      "on that port: files for /.well-known/acme-challenge/, by which an authority knows us" },
    { "hsts", "APUS_HSTS", "SECONDS", NUMBER, offsetof(apus__options, hsts), NULL, 0, 0,
      INT64_C(10) * 366 * 86400,
      "browsers come by HTTPS only for so long (Strict-Transport-Security); 0: unsaid" },
};

enum { N_OPTIONS = sizeof(options) / sizeof(options[0]) };

static apus_rc set(apus__options *o, const struct option *opt, const char *name, const char *value,
                   apus_err *err)
{
    char *at = (char *)o + opt->offset;
    if (opt->kind == PATH && *value != '/')
        return apus_err_set(err, APUS_INVALID, "%s: \"%s\" is not a path that begins with /", name,
                            value);
    if (opt->kind <= PATH) {
        memcpy(at, &value, sizeof(value));
        return APUS_OK;
    }
    if (opt->kind == COUNT && strcmp(value, "auto") == 0) {
        int64_t cores = apus_cores();
        cores = cores < opt->max ? cores : opt->max;
        memcpy(at, &cores, sizeof(cores));
        return APUS_OK;
    }
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno || end == value || *end || number < opt->min || number > opt->max)
        return apus_err_set(err, APUS_INVALID,
                            "%s: \"%s\" is not a number from %" PRId64 " to %" PRId64 "%s", name,
                            value, opt->min, opt->max, opt->kind == COUNT ? ", or auto" : "");
    int64_t n = number;
    memcpy(at, &n, sizeof(n));
    return APUS_OK;
}

static apus_rc read_environment(apus__options *o, apus_err *err)
{
    apus_rc rc = APUS_OK;
    for (size_t i = 0; !rc && i < N_OPTIONS; i++) {
        const char *value = getenv(options[i].variable);
        if (value && *value)
            rc = set(o, &options[i], options[i].variable, value, err);
    }
    return rc;
}

/* --- a file --- */

struct taking {
    apus__options *o;
    size_t n; /* of from_file */
};

/* As a variable, for this version's workers; the environment's own are left alone. */
static apus_rc keep(struct taking *t, const char *name, const char *value, apus_err *err)
{
    if (t->n == N_OPTIONS + APUS__CONFIG_SETS_MAX)
        return apus_err_set(err, APUS_LIMIT, "too many names");
    const char *has = getenv(name);
    if (has && *has)
        return APUS_OK;
    apus_str text = apus_arena_strf(&t->o->memory, "%s=%s", name, value);
    if (!text.ptr)
        return apus_err_set(err, APUS_NOMEM, "out of memory");
    t->o->from_file[t->n++] = (char *)(uintptr_t)text.ptr;
    return APUS_OK;
}

static apus_rc take_option(void *ctx, const char *name, const char *value, apus_err *err)
{
    struct taking *t = ctx;
    for (size_t i = 1; i < N_OPTIONS; i++) { /* a file does not name another */
        if (strcmp(options[i].flag, name) != 0)
            continue;
        apus_rc rc = set(t->o, &options[i], name, value, err);
        return rc ? rc : keep(t, options[i].variable, value, err);
    }
    return apus_err_set(err, APUS_INVALID, "there is no option %.60s", name);
}

static apus_rc take_variable(void *ctx, const char *name, const char *value, apus_err *err)
{
    return keep(ctx, name, value, err);
}

/* The last --config on the command line, or the environment's. */
static const char *config_of(int argc, char **argv)
{
    static const char flag[] = "--config";
    const char *path = getenv("APUS_CONFIG");
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], flag, sizeof(flag) - 1) != 0)
            continue;
        const char *rest = argv[i] + sizeof(flag) - 1;
        if (*rest == '=')
            path = rest + 1;
        else if (!*rest && i + 1 < argc)
            path = argv[++i];
    }
    return path && *path ? path : NULL;
}

static apus_rc read_config(int argc, char **argv, apus__options *o, apus_err *err)
{
    struct taking t = { .o = o };
    const char *path = config_of(argc, argv);
    apus_arena_init(&o->memory, &apus_alloc_libc, MEMORY_MAX);
    if (!path || getenv(APUS__ORDERS_VARIABLE))
        return APUS_OK;
    o->from_file = APUS_NEW(&o->memory, char *, N_OPTIONS + APUS__CONFIG_SETS_MAX + 1);
    if (!o->from_file)
        return apus_err_set(err, APUS_NOMEM, "out of memory");
    memset(o->from_file, 0, (N_OPTIONS + APUS__CONFIG_SETS_MAX + 1) * sizeof(*o->from_file));
    return apus__config_read(path, &o->memory,
                             &(apus__config_reader){ take_option, take_variable, &t }, err);
}

void apus__options_finish(apus__options *o)
{
    apus_arena_finish(&o->memory);
}

/* --- */

static void set_defaults(apus__options *o)
{
    *o = (apus__options){ 0 };
    for (size_t i = 0; i < N_OPTIONS; i++) {
        char *at = (char *)o + options[i].offset;
        if (options[i].kind <= PATH)
            memcpy(at, &options[i].text, sizeof(options[i].text));
        else
            memcpy(at, &options[i].number, sizeof(options[i].number));
    }
}

/* "--port 9000" or "--port=9000"; *i moves past what was taken. */
static apus_rc read_flag(int argc, char **argv, int *i, apus__options *o, apus_err *err)
{
    const char *arg = argv[*i];
    const char *name = arg + 2;
    size_t len = strcspn(name, "=");
    for (size_t k = 0; k < N_OPTIONS; k++) {
        if (strlen(options[k].flag) != len || strncmp(options[k].flag, name, len) != 0)
            continue;
        if (name[len] == '=')
            return set(o, &options[k], arg, name + len + 1, err);
        if (*i + 1 == argc)
            return apus_err_set(err, APUS_INVALID, "%s needs a value", arg);
        return set(o, &options[k], arg, argv[++*i], err);
    }
    return apus_err_set(err, APUS_INVALID, "there is no option %s", arg);
}

/* "--set NAME=VALUE" or "--set=NAME=VALUE": a variable, before all that reads one. */
static apus_rc set_variable(int argc, char **argv, int *i, apus_err *err)
{
    const char *arg = argv[*i], *text = arg + strlen("--set");
    char name[SET_NAME_MAX];
    if (*text == '\0' && *i + 1 < argc)
        text = argv[++*i];
    else if (*text == '=')
        text++;
    size_t len = strcspn(text, "=");
    if (!text[len] || len == 0 || len >= sizeof(name))
        return apus_err_set(err, APUS_INVALID, "--set wants NAME=VALUE");
    memcpy(name, text, len);
    name[len] = '\0';
    return setenv(name, text + len + 1, 1) ? apus_err_set(err, APUS_NOMEM, "out of memory")
                                           : APUS_OK;
}

static bool is_set(const char *arg)
{
    return strcmp(arg, "--set") == 0 || strncmp(arg, "--set=", 6) == 0;
}

/* First of all: what is set may be an option's variable. */
static apus_rc set_variables(int argc, char **argv, apus_err *err)
{
    apus_rc rc = APUS_OK;
    for (int i = 1; !rc && i < argc; i++)
        if (is_set(argv[i]))
            rc = set_variable(argc, argv, &i, err);
    return rc;
}

static const struct word {
    const char *word;
    apus__command command;
} words[] = {
    { "serve", APUS__COMMAND_serve },
    { "test", APUS__COMMAND_test },
    { "openapi", APUS__COMMAND_openapi },
    { "--help", APUS__COMMAND_help },
    { "--help-markdown", APUS__COMMAND_markdown },
    { "--help-man", APUS__COMMAND_man },
    { "-h", APUS__COMMAND_help },
    { "--version", APUS__COMMAND_version },
};

static bool read_word(const char *arg, apus__options *o)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, arg) == 0) {
            o->command = words[i].command;
            return true;
        }
    return false;
}

/* What only together makes sense. */
static apus_rc check(const apus__options *o, apus_err *err)
{
    if (!o->redirect_http && o->acme)
        return apus_err_set(err, APUS_INVALID, "--acme needs --redirect-http");
    if (o->redirect_http && !o->tls_cert)
        return apus_err_set(err, APUS_INVALID, "--redirect-http needs --tls-cert");
    if (o->redirect_http && o->redirect_http == o->port)
        return apus_err_set(err, APUS_INVALID, "--redirect-http: %" PRId64 " is --port's already",
                            o->port);
    return APUS_OK;
}

apus_rc apus__options_read(int argc, char **argv, apus__options *out, apus_err *err)
{
    set_defaults(out);
    apus_rc rc = set_variables(argc, argv, err);
    if (!rc)
        rc = read_config(argc, argv, out, err);
    if (!rc)
        rc = read_environment(out, err);
    bool has_command = false;
    for (int i = 1; !rc && i < argc; i++) {
        if ((!has_command || argv[i][0] == '-') && read_word(argv[i], out))
            has_command = true;
        else if (is_set(argv[i]))
            i += argv[i][5] == '\0';
        else if (strncmp(argv[i], "--", 2) == 0)
            rc = read_flag(argc, argv, &i, out, err);
        else if (out->command == APUS__COMMAND_test && !out->filter)
            out->filter = argv[i];
        else
            rc = apus_err_set(err, APUS_INVALID, "\"%s\" is neither an option nor a command",
                              argv[i]);
    }
    if (!rc)
        rc = check(out, err);
    if (rc)
        apus__options_finish(out);
    return rc;
}

void apus__options_each(void (*fn)(void *ctx, const apus__option_text *o), void *ctx)
{
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option *o = &options[i];
        char number[24];
        snprintf(number, sizeof(number), "%" PRId64, o->number);
        fn(ctx, &(apus__option_text){ .flag = o->flag,
                                      .argument = o->argument,
                                      .variable = o->variable,
                                      .unless_set = o->kind > PATH ? number : o->text,
                                      .is_number = o->kind > PATH,
                                      .help = o->help });
    }
}
