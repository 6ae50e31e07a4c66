/* One seed: a world, the server in it, clients, faults, and what must be true afterwards. */
#ifndef TESTS_SIM_RUN_H
#define TESTS_SIM_RUN_H

#include <stdint.h>
#include <stdio.h>

typedef struct run_report {
    uint64_t hash; /* of all that happened */
    int64_t n_clients, n_answers;
    double seconds;         /* that passed in the world */
    int64_t openssl_blocks; /* of memory that OpenSSL has more than before */
} run_report;

/* Ends the program, with the seed, when anything is not as it must be. */
run_report run_seed(uint64_t seed, FILE *trace);

#endif
