#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_METHOD: a provider of 200 lines would do the same */
#include "seeded_tls.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <apus/clock.h>
#include <apus/tls.h>
#include <apus/value.h>

#include "sys/sim/sim.h"

/* There is one OpenSSL in a process, and so there is one of each. */
static uint64_t state;
static int64_t n_blocks;
static char folder[] = "/tmp/apus-sim-XXXXXX";
static char certificate[64], key[64];

/* --- time --- */

/* Stands before the C library's for libcrypto and libssl, which find it because it is visible. */
__attribute__((visibility("default"))) time_t time(time_t *to)
{
    time_t now = (time_t)(apus_clock_wall() / APUS_SECOND);
    if (to)
        *to = now;
    return now;
}

/* --- randomness --- */

/* splitmix64, apart from the world's, which others draw from. */
static int draw(unsigned char *to, int n)
{
    for (int i = 0; i < n; i++) {
        uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        to[i] = (unsigned char)(z >> 56);
    }
    return 1;
}

static int is_seeded(void)
{
    return 1;
}

void seeded_tls_set(uint64_t seed)
{
    state = seed;
}

/* --- memory --- */

static void *take(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    n_blocks += size > 0;
    return size ? sim_alloc.resize(NULL, NULL, 0, size) : NULL;
}

static void give(void *ptr, const char *file, int line)
{
    (void)file, (void)line;
    n_blocks -= ptr != NULL;
    sim_give(ptr);
}

static void *resize(void *ptr, size_t size, const char *file, int line)
{
    if (!ptr)
        return take(size, file, line);
    if (size)
        return sim_alloc.resize(NULL, ptr, 0, size);
    give(ptr, file, line);
    return NULL;
}

int64_t seeded_tls_blocks(void)
{
    return n_blocks;
}

/* --- beginning and end --- */

/* Else the certificate, and with it the length of a handshake, would be another each second. */
static bool has_world_time(void)
{
    ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
    int days = 0, seconds = 0;
    ASN1_TIME *due = ASN1_TIME_set(NULL, time(NULL));
    bool is_same = now && due && ASN1_TIME_diff(&days, &seconds, now, due) && !days && !seconds;
    ASN1_TIME_free(now);
    ASN1_TIME_free(due);
    return is_same;
}

static void fail(const char *what)
{
    fprintf(stderr, "sim: %s\n", what);
    exit(1);
}

void seeded_tls_begin(void)
{
    static const RAND_METHOD method = { .bytes = draw, .pseudorand = draw, .status = is_seeded };
    apus_err err = { 0 };
    if (!CRYPTO_set_mem_functions(take, resize, give) || !RAND_set_rand_method(&method))
        fail("OpenSSL takes no randomness of ours");
    if (!has_world_time())
        fail("OpenSSL has another clock than the world");
    if (!mkdtemp(folder))
        fail("no folder for a certificate");
    snprintf(certificate, sizeof(certificate), "%s/sim.crt", folder);
    snprintf(key, sizeof(key), "%s/sim.key", folder);
    if (apus_tls_write_self_signed(certificate, key, &err))
        fail(err.msg);
}

void seeded_tls_end(void)
{
    unlink(certificate);
    unlink(key);
    rmdir(folder);
}

const char *seeded_tls_certificate(void)
{
    return certificate;
}

const char *seeded_tls_key(void)
{
    return key;
}
