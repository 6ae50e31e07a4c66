/* The command line of a benchmark: one table says what it takes, and what its usage says. */
#ifndef BENCH_FLAGS_H
#define BENCH_FLAGS_H

/* --rate N.  Numbers are above 0 and at most `most`; one of the places is set. */
typedef struct flag {
    const char *name;  /* NULL: behind the last */
    const char *value; /* how the usage calls it: "N" */
    const char *says;  /* "requests per second (2000)" */
    double most;
    double *number;
    int *whole;
    const char **text;
} flag;

/* Sets what the command line says; optind is then the first argument that is no flag.  What it
 * does not understand ends the program with the usage, which begins with `line`. */
void flags_read(int argc, char **argv, const char *line, const flag *flags);

/* Prints the usage and ends the program with 2. */
_Noreturn void flags_usage(const char *line, const flag *flags);

#endif
