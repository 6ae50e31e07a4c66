/* The whole server in a simulated world: see src/sys/sim/sim.h.
 *
 *     sim --seed 42             one seed
 *     sim --seed 42 --trace     ... and what happens in it
 *     sim --seeds 1..200        many; the first that fails ends it and says which it was
 *     sim --seeds 1..20 --twice each one twice: the same must happen
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "seeded_tls.h"
#include "service.h"

enum { SEED_SECONDS_MAX = 60 }; /* of real time: a turn that never ends, too, says its seed */

typedef struct options {
    uint64_t from, to;
    FILE *trace;
    bool is_twice;
} options;

static uint64_t current; /* the seed, for what ends the program */

/* A crash, an assertion or a sanitizer's finding says which seed it was, too. */
static void say_seed(void)
{
    char line[64];
    int n = snprintf(line, sizeof(line), "seed=%llu\n", (unsigned long long)current);
    ssize_t done = write(STDERR_FILENO, line, (size_t)n);
    (void)done;
}

static void on_signal(int number)
{
    say_seed();
    seeded_tls_end();
    signal(number, SIG_DFL);
    raise(number);
}

#if defined(__SANITIZE_ADDRESS__)
void __sanitizer_set_death_callback(void (*fn)(void));
#endif

static int usage(void)
{
    fputs("usage: sim [--seed N | --seeds FROM..TO] [--trace] [--twice]\n", stderr);
    return 2;
}

static int read_options(int argc, char **argv, options *o)
{
    *o = (options){ .from = 1, .to = 1 };
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--trace") == 0) {
            o->trace = stdout;
        } else if (strcmp(argv[i], "--twice") == 0) {
            o->is_twice = true;
        } else if (has_value && strcmp(argv[i], "--seed") == 0) {
            o->from = o->to = strtoull(argv[++i], NULL, 10);
        } else if (has_value && strcmp(argv[i], "--seeds") == 0) {
            char *dots;
            o->from = strtoull(argv[++i], &dots, 10);
            if (strncmp(dots, "..", 2) != 0)
                return usage();
            o->to = strtoull(dots + 2, NULL, 10);
        } else {
            return usage();
        }
    }
    return 0;
}

static void report(const options *o, const run_report *r, const run_report *all)
{
    if (o->from == o->to)
        printf("seed=%llu hash=%016llx clients=%lld answers=%lld seconds=%.3f\n",
               (unsigned long long)current, (unsigned long long)r->hash, (long long)r->n_clients,
               (long long)r->n_answers, r->seconds);
    else if (current == o->to)
        printf("%llu seeds: %lld clients, %lld answers, %.0f hours\n",
               (unsigned long long)(o->to - o->from + 1), (long long)all->n_clients,
               (long long)all->n_answers, all->seconds / 3600);
}

/* The same must happen again; and what OpenSSL keeps for good is there by then. */
static bool is_replay(const run_report *r)
{
    run_report second = run_seed(current, NULL);
    const char *wrong = second.hash != r->hash       ? "not the same the second time"
                        : second.openssl_blocks != 0 ? "OpenSSL's memory is not given back"
                                                     : NULL;
    if (wrong)
        fprintf(stderr, "seed=%llu: %s\n", (unsigned long long)current, wrong);
    return !wrong;
}

int main(int argc, char **argv)
{
    options o;
    int wrong = read_options(argc, argv, &o);
    if (wrong)
        return wrong;
    if (setenv("TMPDIR", SPOOL_FOLDER, 1))
        return 1;
    seeded_tls_begin();
    atexit(seeded_tls_end);
    signal(SIGABRT, on_signal);
    signal(SIGSEGV, on_signal);
    signal(SIGALRM, on_signal);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(say_seed);
#endif
    run_report all = { 0 };
    for (current = o.from; current <= o.to; current++) {
        alarm(SEED_SECONDS_MAX);
        run_report r = run_seed(current, o.trace);
        if ((o.is_twice || r.openssl_blocks) && !is_replay(&r))
            return 1;
        all.n_clients += r.n_clients;
        all.n_answers += r.n_answers;
        all.seconds += r.seconds;
        report(&o, &r, &all);
    }
    return 0;
}
