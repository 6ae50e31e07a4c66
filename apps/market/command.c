#include "market/command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "market/catalog.h"
#include "market/import.h"
#include "market/interval.h"
#include "market/meter.h"
#include "market/moment.h"

enum { STATUS_PAGE = 100, STATUS_ARENA_MAX = 16 * 1024 * 1024 };

struct settings {
    const char *store, *interval, *source, *quote;
};

/* Options of both commands: name and where the value goes. */
static const char **setting_of(struct settings *s, const char *name)
{
    const struct {
        const char *name;
        const char **to;
    } options[] = {
        { "--store", &s->store },
        { "--interval", &s->interval },
        { "--source", &s->source },
        { "--quote", &s->quote },
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(name, options[i].name) == 0)
            return options[i].to;
    return NULL;
}

const char *market_command_store(void)
{
    const char *path = getenv("MARKET_STORE");
    return path && *path ? path : "market.db";
}

/* Reads options up to the first word that is none; its index, or -1 with a message. */
static int read_settings(int argc, char **argv, struct settings *s, FILE *err)
{
    int i = 1;
    s->store = market_command_store();
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (argv[i][2] == 0)
            return i + 1;
        const char **to = setting_of(s, argv[i]);
        if (!to) {
            fprintf(err, "market %s: there is no option %s\n", argv[0], argv[i]);
            return -1;
        }
        if (++i == argc) {
            fprintf(err, "market %s: %s needs a value\n", argv[0], argv[i - 1]);
            return -1;
        }
        *to = argv[i];
    }
    return i;
}

static int import_usage(FILE *to)
{
    fprintf(to,
            "usage: market import [OPTION...] FILE.csv...\n\n"
            "  --store FILE      the store (%s; environment: MARKET_STORE)\n"
            "  --interval NAME   how long the bars are: %s\n"
            "                    (found in the file)\n"
            "  --source NAME     where they come from (the file's name)\n"
            "  --quote CODE      for symbols without one, such as BTC (from the file's name)\n\n"
            "A file's first line is symbol,timestamp,open,high,low,close,volume[,market_cap].\n"
            "What was imported stays; doing it again, or after it was killed, goes on.\n",
            market_command_store(), market_interval_names());
    return MARKET_EXIT_USAGE;
}

static int import_files(market_store *store, char **files, const market_import_options *given,
                        FILE *out, FILE *err)
{
    int code = MARKET_EXIT_OK;
    for (; *files; files++) {
        const char *slash = strrchr(*files, '/');
        market_meter meter = { .to = out, .name = slash ? slash + 1 : *files };
        meter.terminal = isatty(fileno(out)) == 1;
        market_import_options options = *given;
        options.progress = market_meter_progress;
        options.ctx = &meter;
        market_import_report report;
        apus_err why;
        if (market_import_file(store, *files, &options, &report, &why)) {
            market_meter_clear(&meter);
            fflush(out);
            fprintf(err, "market import: %s\n", why.msg);
            code = MARKET_EXIT_FAILED;
        } else {
            market_meter_report(&meter, &report);
        }
    }
    return code;
}

int market_command_import(int argc, char **argv, FILE *out, FILE *err)
{
    struct settings s = { .interval = NULL };
    int first = read_settings(argc, argv, &s, err);
    if (first < 0)
        return MARKET_EXIT_USAGE;
    if (first >= argc)
        return import_usage(err);
    market_import_options options = {
        .now_ms = (int64_t)time(NULL) * MARKET_SECOND,
        .source = apus_str_of(s.source),
        .quote = apus_str_of(s.quote),
        .interval_ms = s.interval ? market_interval_parse(apus_str_of(s.interval)) : 0,
    };
    if (s.interval && !options.interval_ms) {
        fprintf(err, "market import: --interval is one of %s, not %s\n", market_interval_names(),
                s.interval);
        return MARKET_EXIT_USAGE;
    }
    market_symbol quote;
    if (s.quote && (!market_symbol_parse(options.quote, APUS_STR(""), &quote) ||
                    quote.base_len != quote.len)) {
        fprintf(err, "market import: --quote is a code such as USD, not %s\n", s.quote);
        return MARKET_EXIT_USAGE;
    }
    if (s.quote)
        options.quote = (apus_str){ quote.text, quote.len };
    market_store *store;
    apus_err why;
    if (market_store_open(s.store, &store, &why)) {
        fprintf(err, "market import: %s\n", why.msg);
        return MARKET_EXIT_FAILED;
    }
    int code = import_files(store, argv + first, &options, out, err);
    market_store_close(store);
    return code;
}

static void print_asset(const market_asset *asset, FILE *out)
{
    for (size_t i = 0; i < asset->n_series; i++) {
        const market_series *s = &asset->series[i];
        char first[MARKET_MOMENT_MAX], last[MARKET_MOMENT_MAX];
        fprintf(out, "%-12s %-4s %9lld bars  %s .. %s  %lld missing  %s\n", asset->symbol.ptr,
                market_interval_name(s->interval_ms), (long long)s->bars,
                market_moment_print(s->first_ms, first), market_moment_print(s->last_ms, last),
                (long long)s->missing, s->source.ptr);
    }
}

static apus_rc print_store(market_store *store, FILE *out, apus_err *err)
{
    apus_arena arena;
    market_assets page = { .more = true };
    char after[MARKET_SYMBOL_MAX] = "";
    apus_rc rc = APUS_OK;
    apus_arena_init(&arena, &apus_alloc_libc, STATUS_ARENA_MAX);
    while (page.more && !rc) {
        apus_arena_reset(&arena);
        rc = market_assets_list(store, &arena, apus_str_of(after), STATUS_PAGE, &page, err);
        for (size_t i = 0; !rc && i < page.len; i++)
            print_asset(&page.ptr[i], out);
        if (!rc && page.len > 0)
            memcpy(after, page.ptr[page.len - 1].symbol.ptr, page.ptr[page.len - 1].symbol.len + 1);
    }
    apus_arena_finish(&arena);
    return rc;
}

int market_command_status(int argc, char **argv, FILE *out, FILE *err)
{
    struct settings s = { .interval = NULL };
    int first = read_settings(argc, argv, &s, err);
    if (first < 0)
        return MARKET_EXIT_USAGE;
    if (first < argc || s.interval || s.source || s.quote) {
        fprintf(err, "usage: market status [--store FILE]\n");
        return MARKET_EXIT_USAGE;
    }
    market_store *store;
    apus_err why;
    apus_rc rc = market_store_open(s.store, &store, &why);
    if (!rc) {
        rc = print_store(store, out, &why);
        market_store_close(store);
    }
    if (rc)
        fprintf(err, "market status: %s\n", why.msg);
    return rc ? MARKET_EXIT_FAILED : MARKET_EXIT_OK;
}
