/* OpenSSL, client's and server's, in a world made from a seed: its randomness comes from one
 * number, its time is the world's, and what it takes of memory is counted.  Then the same happens
 * twice, byte for byte. */
#ifndef TESTS_SIM_SEEDED_TLS_H
#define TESTS_SIM_SEEDED_TLS_H

#include <stdint.h>

/* Before anything of OpenSSL is used; also writes the certificate that the server shows. */
void seeded_tls_begin(void);
void seeded_tls_end(void); /* takes the certificate away; also from a signal handler */

/* From now on it draws from there. */
void seeded_tls_set(uint64_t seed);

const char *seeded_tls_certificate(void);
const char *seeded_tls_key(void);

int64_t seeded_tls_blocks(void); /* of memory that OpenSSL holds */

#endif
