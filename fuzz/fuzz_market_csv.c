/* Price files: whatever the bytes, each line is a row that is right or a refusal with a reason.
 *
 * Lines are read through the import's own reader, from a pipe of memory.  Properties: every
 * byte belongs to exactly one line; a row that is taken keeps its own promises; its symbol,
 * written again, is the same symbol. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "market/interval.h"
#include "market/lines.h"
#include "market/moment.h"
#include "market/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static void check_symbol(apus_str text)
{
    market_symbol s, again;
    if (!market_symbol_parse(text, APUS_STR("USD"), &s))
        return;
    must(s.len < MARKET_SYMBOL_MAX && s.base_len <= s.len && s.text[s.len] == 0);
    must(market_symbol_parse((apus_str){ s.text, s.len }, APUS_STR("EUR"), &again));
    must(apus_str_eq((apus_str){ s.text, s.len }, (apus_str){ again.text, again.len }));
}

static void check_row(apus_str line)
{
    market_row row;
    for (unsigned columns = 7; columns <= 8; columns++) {
        if (market_row_parse(line, columns, &row))
            continue;
        const market_bar *b = &row.bar;
        char text[MARKET_MOMENT_MAX];
        int64_t again;
        must(b->low > 0 && b->low <= b->open && b->low <= b->close);
        must(b->high >= b->open && b->high >= b->close && isfinite(b->high));
        must(b->volume >= 0 && isfinite(b->volume));
        must(b->market_cap >= 0 && isfinite(b->market_cap));
        must(b->start_ms >= MARKET_TIME_MIN && b->start_ms <= MARKET_TIME_MAX);
        market_moment_print(b->start_ms, text);
        must(market_moment_parse(apus_str_of(text), &again) && again == b->start_ms);
        must(market_interval_floor(b->start_ms, MARKET_WEEK) <= b->start_ms);
        check_symbol(row.symbol);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static market_lines lines;
    int fd = memfd_create("rows", MFD_CLOEXEC);
    must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
    market_lines_init(&lines, fd, 0, 0);
    apus_str line;
    int64_t before = 0, n = 0;
    for (market_line kind; (kind = market_lines_next(&lines, &line)) != MARKET_LINE_NONE;) {
        must(lines.at > before && lines.number == ++n);
        before = lines.at;
        if (kind == MARKET_LINE_TOO_LONG)
            continue;
        must(line.len <= MARKET_LINE_MAX);
        must(line.len == 0 || !memchr(line.ptr, '\n', line.len));
        (void)market_row_columns(line);
        check_row(line);
    }
    must(lines.at == (int64_t)size && lines.error == 0);
    close(fd);
    return 0;
}
