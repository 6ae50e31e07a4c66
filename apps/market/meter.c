#include "market/meter.h"

#include "market/interval.h"

enum { WIDTH = 30, EXAMPLES = 5 };

void market_meter_progress(void *ctx, const market_import_progress *p)
{
    market_meter *m = ctx;
    int mille = p->size > 0 ? (int)((double)p->at / (double)p->size * 1000) : 1000;
    if (!m->terminal || mille == m->shown)
        return;
    m->shown = mille;
    char bar[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < mille * WIDTH / 1000 ? '#' : '.';
    bar[WIDTH] = 0;
    fprintf(m->to, "\r\033[K%s [%s] %3d%% %lld rows", m->name, bar, mille / 10, (long long)p->rows);
    fflush(m->to);
}

void market_meter_clear(market_meter *m)
{
    if (m->terminal)
        fputs("\r\033[K", m->to);
}

static void report_refused(const market_meter *m, const market_ledger *l)
{
    int64_t refused = market_ledger_refused(l);
    if (refused == 0)
        return;
    fprintf(m->to, "  %lld rows refused:\n", (long long)refused);
    for (int i = 1; i < MARKET_REFUSALS; i++)
        if (l->refused[i])
            fprintf(m->to, "    %lld: %s\n", (long long)l->refused[i],
                    market_refusal_text((market_refusal)i));
    for (int i = 0; i < l->n_shown && i < EXAMPLES; i++)
        fprintf(m->to, "    line %lld: %s\n", (long long)l->shown[i].line,
                market_refusal_text(l->shown[i].why));
    if (refused > EXAMPLES)
        fprintf(m->to, "    ... and %lld more\n", (long long)(refused - EXAMPLES));
}

void market_meter_report(market_meter *m, const market_import_report *r)
{
    const market_ledger *l = &r->ledger;
    market_meter_clear(m);
    if (r->known) {
        fprintf(m->to, "%s: imported before, nothing to do\n", m->name);
        return;
    }
    int64_t same = l->rows - market_ledger_refused(l) - l->added - l->changed;
    fprintf(m->to, "%s: %lld rows of %s bars from \"%s\": %lld added", m->name, (long long)l->rows,
            market_interval_name(r->interval_ms), r->source, (long long)l->added);
    if (l->changed)
        fprintf(m->to, ", %lld changed", (long long)l->changed);
    if (same)
        fprintf(m->to, ", %lld there already", (long long)same);
    if (r->resumed_line)
        fprintf(m->to, " (an earlier run had got to line %lld)", (long long)r->resumed_line);
    fputc('\n', m->to);
    report_refused(m, l);
}
