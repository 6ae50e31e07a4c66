/* A line is made whole before it is written, so that those of several workers do
 * not mix.  What a client sent is escaped: a path cannot forge a line. */
#include "app/log.h"

#include <stdio.h>

#include "app/request.h"

enum { LINE_MAX_BYTES = 1024, PATH_SHOWN_MAX = 256 };

/* Appends s with everything unprintable as \xNN; returns the new length. */
static size_t add_escaped(char *line, size_t at, size_t room, apus_str s)
{
    for (size_t i = 0; i < s.len && at + 5 < room; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c < 0x7f && c != '\\')
            line[at++] = (char)c;
        else
            at += (size_t)snprintf(line + at, room - at, "\\x%02x", c);
    }
    return at;
}

void apus__vlog(const apus_req *req, const char *fmt, va_list args)
{
    char text[LINE_MAX_BYTES / 2], line[LINE_MAX_BYTES];
    vsnprintf(text, sizeof(text), fmt, args);
    const apus_http_request *r = &req->x->request;
    size_t at = (size_t)snprintf(line, sizeof(line), "error request=%.*s ", APUS__REQUEST_ID_LEN,
                                 req->id_line + APUS__ID_AT);
    at = add_escaped(line, at, sizeof(line), apus_str_slice(r->method_text, 0, 32));
    line[at++] = ' ';
    at = add_escaped(line, at, sizeof(line), apus_str_slice(r->path, 0, PATH_SHOWN_MAX));
    line[at++] = ':';
    line[at++] = ' ';
    at = add_escaped(line, at, sizeof(line) - 1, apus_str_of(text));
    line[at++] = '\n';
    fwrite(line, 1, at, stderr);
}

void apus__log(const apus_req *req, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus__vlog(req, fmt, args);
    va_end(args);
}
