/* A line is put together in one buffer, which is kept, and given to the lines' thread. */
#include "apus/access_log.h"

#include <stdlib.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/value.h"
#include "observe/access_log.h"

enum { LINE_ROOM = APUS_LINES_MAX - 1 };

static const char *const built_in[] = {
    "authorization", "proxy-authorization",
    "cookie",        "x-api-key",
    "access_token",  "id_token",
    "refresh_token", "token",
    "api_key",       "apikey",
    "password",      "passwd",
    "secret",        "client_secret",
    "signature",     "sig",
    "code",
};

struct apus_access_log {
    apus__access_format format;
    apus_access_form form;
    apus_lines *lines;
    apus_buf line;
    apus_arena names;
};

static apus_rc keep_name(apus_access_log *log, apus__access_names *to, uint32_t max, apus_str name)
{
    if (to->n == max)
        return APUS_LIMIT;
    char *copy = apus_arena_alloc(&log->names, name.len + 1, 1);
    if (!copy)
        return APUS_NOMEM;
    memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    to->items[to->n++] = (apus_str){ copy, name.len };
    return APUS_OK;
}

apus_rc apus_access_log_secret(apus_access_log *log, apus_str name)
{
    if (apus__access_is_secret(&log->format, name))
        return APUS_OK;
    return keep_name(log, &log->format.secrets, APUS_ACCESS_SECRETS_MAX, name);
}

apus_rc apus_access_log_header(apus_access_log *log, apus_str name)
{
    return keep_name(log, &log->format.headers, APUS_ACCESS_HEADERS_MAX, name);
}

apus_rc apus_access_log_open(const apus_access_log_options *options, apus_access_log **out,
                             apus_err *err)
{
    apus_lines_options lines = { .path = options->path,
                                 .trouble = options->trouble,
                                 .ctx = options->ctx };
    apus_access_log *log = calloc(1, sizeof(*log));
    if (!log)
        return apus_err_set(err, APUS_NOMEM, "no memory for the access log");
    log->form = options->form;
    log->line = apus_buf_with(&apus_alloc_libc);
    apus_arena_init(&log->names, &apus_alloc_libc, 1 << 20);
    log->format.odd = apus_buf_with(&apus_alloc_libc);
    log->line.limit = log->format.odd.limit = LINE_ROOM;
    bool has_room =
        apus_buf_room(&log->line, LINE_ROOM) && apus_buf_room(&log->format.odd, LINE_ROOM);
    apus_rc rc = has_room ? APUS_OK : APUS_NOMEM;
    if (rc)
        apus__err_set(err, rc, "no memory for the access log");
    else
        rc = apus_lines_open(&lines, &log->lines, err);
    for (size_t i = 0; !rc && i < sizeof(built_in) / sizeof(built_in[0]); i++)
        rc = apus_access_log_secret(log, apus_str_of(built_in[i]));
    if (rc)
        apus_access_log_close(log, 0);
    else
        *out = log;
    return rc;
}

static void write_line(apus_access_log *log, const apus_access_entry *e, apus_buf *to, size_t max)
{
    log->format.value_max = max;
    apus_buf_clear(to);
    to->limit = LINE_ROOM;
    if (log->form == APUS_ACCESS_json)
        apus__access_json(&log->format, e, to);
    else
        apus__access_combined(&log->format, e, to);
}

void apus__access_line(apus_access_log *log, const apus_access_entry *e, apus_buf *to)
{
    write_line(log, e, to, APUS_ACCESS_VALUE_MAX);
    if (to->failed)
        write_line(log, e, to, APUS__ACCESS_VALUE_SMALL);
}

void apus_access_log_add(apus_access_log *log, const apus_access_entry *e)
{
    apus__access_line(log, e, &log->line);
    apus_rc dropped = apus_lines_add(log->lines, (apus_str){ log->line.ptr, log->line.len });
    (void)dropped; /* it is counted */
}

void apus_access_log_reopen(apus_access_log *log)
{
    apus_lines_reopen(log->lines);
}

void apus_access_log_close(apus_access_log *log, int64_t patience)
{
    if (!log)
        return;
    apus_lines_close(log->lines, patience);
    apus_buf_finish(&log->line);
    apus_buf_finish(&log->format.odd);
    apus_arena_finish(&log->names);
    free(log);
}
