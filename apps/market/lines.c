#include "market/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void market_lines_init(market_lines *l, int fd, int64_t at, int64_t number)
{
    l->fd = fd;
    l->at = at;
    l->number = number;
    l->error = 0;
    l->begin = l->end = 0;
    l->ended = false;
}

/* Moves what is left to the front and reads behind it.  false when nothing more comes. */
static bool fill(market_lines *l)
{
    if (l->ended)
        return false;
    memmove(l->bytes, l->bytes + l->begin, l->end - l->begin);
    l->end -= l->begin;
    l->begin = 0;
    ssize_t n;
    do
        n = read(l->fd, l->bytes + l->end, sizeof l->bytes - l->end);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        l->end += (size_t)n;
        return true;
    }
    if (n < 0)
        l->error = errno;
    l->ended = true;
    return false;
}

/* Passes everything up to and with the next LF. */
static void skip_line(market_lines *l)
{
    for (;;) {
        char *lf = memchr(l->bytes + l->begin, '\n', l->end - l->begin);
        size_t n = lf ? (size_t)(lf - l->bytes) - l->begin + 1 : l->end - l->begin;
        l->at += (int64_t)n;
        l->begin += n;
        if (lf || !fill(l))
            return;
    }
}

static apus_str tidy(market_lines *l, apus_str line)
{
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (l->number == 1 && apus_str_starts(line, APUS_STR("\xef\xbb\xbf")))
        apus_str_cut(&line, 3);
    return line;
}

market_line market_lines_next(market_lines *l, apus_str *out)
{
    for (;;) {
        char *lf = memchr(l->bytes + l->begin, '\n', l->end - l->begin);
        size_t held = l->end - l->begin;
        size_t len = lf ? (size_t)(lf - l->bytes) - l->begin : held;
        if (len > MARKET_LINE_MAX) {
            l->number++;
            skip_line(l);
            return l->error ? MARKET_LINE_NONE : MARKET_LINE_TOO_LONG;
        }
        if (!lf && fill(l))
            continue;
        if (l->error || (!lf && held == 0))
            return MARKET_LINE_NONE;
        l->number++;
        *out = tidy(l, (apus_str){ l->bytes + l->begin, len });
        l->begin += len + (lf ? 1 : 0);
        l->at += (int64_t)len + (lf ? 1 : 0);
        return MARKET_LINE_TEXT;
    }
}
