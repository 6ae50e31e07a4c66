#include "market/prescan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "market/interval.h"
#include "market/row.h"

enum { DISTANCES = 64, SHOWN_MAX = 60 };

static apus_rc fail_io(const char *path, int error, apus_err *err)
{
    return apus_err_set(err, APUS_IO, "%s: %s", path, strerror(error));
}

/* The buffer is filled before it is hashed, so that how read() cuts the file up does not matter. */
static apus_rc hash_file(int fd, const char *path, market_lines *scratch, market_prescan *out,
                         apus_err *err)
{
    uint64_t hash = 0;
    size_t held = 0;
    out->size = 0;
    for (;;) {
        ssize_t n = read(fd, scratch->bytes + held, sizeof scratch->bytes - held);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_io(path, errno, err);
        held += (size_t)n;
        if (n == 0 || held == sizeof scratch->bytes) {
            hash = apus_hash(scratch->bytes, held, hash);
            out->size += (int64_t)held;
            held = 0;
        }
        if (n == 0)
            break;
    }
    memcpy(&out->hash, &hash, sizeof hash);
    return APUS_OK;
}

/* How often each distance between neighbours was seen. */
struct distances {
    int64_t ms[DISTANCES];
    int64_t seen[DISTANCES];
    int n;
};

static void count_distance(struct distances *d, int64_t ms)
{
    int i = 0;
    while (i < d->n && d->ms[i] != ms)
        i++;
    if (i == DISTANCES)
        return;
    if (i == d->n) {
        d->ms[i] = ms;
        d->seen[i] = 0;
        d->n++;
    }
    d->seen[i]++;
}

static int64_t most_common(const struct distances *d)
{
    int best = -1;
    for (int i = 0; i < d->n; i++)
        if (best < 0 || d->seen[i] > d->seen[best])
            best = i;
    return best >= 0 && market_interval_name(d->ms[best]) ? d->ms[best] : 0;
}

/* Rows may be in any order of symbols, so neighbours are those that name the same one. */
static int64_t find_interval(market_lines *lines)
{
    struct distances d = { .n = 0 };
    char previous[MARKET_SYMBOL_MAX] = "";
    int64_t previous_ms = 0;
    apus_str line;
    market_line kind;
    for (int row = 0; row < MARKET_PRESCAN_ROWS; row++) {
        kind = market_lines_next(lines, &line);
        if (kind == MARKET_LINE_NONE)
            break;
        apus_str symbol;
        int64_t at;
        if (kind == MARKET_LINE_TOO_LONG || !market_row_peek(line, &symbol, &at) ||
            symbol.len >= sizeof previous)
            continue;
        if (apus_str_eq(symbol, apus_str_of(previous)) && at > previous_ms)
            count_distance(&d, at - previous_ms);
        memcpy(previous, symbol.ptr, symbol.len);
        previous[symbol.len] = 0;
        previous_ms = at;
    }
    return most_common(&d);
}

apus_rc market_prescan_file(int fd, const char *path, market_lines *scratch, market_prescan *out,
                            apus_err *err)
{
    if (lseek(fd, 0, SEEK_SET) < 0)
        return fail_io(path, errno, err);
    apus_rc rc = hash_file(fd, path, scratch, out, err);
    if (rc)
        return rc;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return fail_io(path, errno, err);

    market_lines_init(scratch, fd, 0, 0);
    apus_str line = APUS_STR("");
    market_line kind = market_lines_next(scratch, &line);
    if (scratch->error)
        return fail_io(path, scratch->error, err);
    out->columns = kind == MARKET_LINE_TEXT ? market_row_columns(line) : 0;
    if (!out->columns) {
        apus_str shown = apus_str_slice(line, 0, SHOWN_MAX);
        return apus_err_set(err, APUS_SYNTAX,
                            "%s: the first line must be \"symbol,timestamp,open,high,low,close,"
                            "volume[,market_cap]\", not \"%.*s\"",
                            path, APUS_FMT(shown));
    }
    out->interval_ms = find_interval(scratch);
    return scratch->error ? fail_io(path, scratch->error, err) : APUS_OK;
}
