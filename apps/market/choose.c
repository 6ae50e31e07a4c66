#include "market/choose.h"

#include "market/interval.h"

/* How much of the range a series answers, in milliseconds, or how far it reaches. */
static int64_t worth(const market_series *s, int64_t from_ms, int64_t to_ms)
{
    int64_t end = s->last_ms + s->interval_ms;
    if (to_ms != MARKET_OPEN && to_ms < end)
        end = to_ms;
    if (from_ms == MARKET_OPEN)
        return end > s->first_ms ? end : 0;
    int64_t begin = s->first_ms > from_ms ? s->first_ms : from_ms;
    return end > begin ? end - begin : 0;
}

/* > 0 if a is the better answer. */
static int compare(const market_series *a, const market_series *b, int64_t from_ms, int64_t to_ms)
{
    if (a->synthetic != b->synthetic)
        return a->synthetic ? -1 : 1;
    const int64_t better[][2] = {
        { worth(a, from_ms, to_ms), worth(b, from_ms, to_ms) },
        { a->interval_ms, b->interval_ms },
        { a->bars, b->bars },
    };
    for (size_t i = 0; i < sizeof better / sizeof *better; i++)
        if (better[i][0] != better[i][1])
            return better[i][0] > better[i][1] ? 1 : -1;
    return -apus_str_cmp(a->source, b->source);
}

const market_series *market_choose(const market_asset *asset, int64_t interval_ms, apus_str source,
                                   int64_t from_ms, int64_t to_ms)
{
    const market_series *best = NULL;
    for (size_t i = 0; i < asset->n_series; i++) {
        const market_series *s = &asset->series[i];
        if (interval_ms && !market_interval_divides(s->interval_ms, interval_ms))
            continue;
        if (source.len > 0 && !apus_str_eq(source, s->source))
            continue;
        if (!best || compare(s, best, from_ms, to_ms) > 0)
            best = s;
    }
    return best;
}
