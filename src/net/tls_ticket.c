/* Session tickets (RFC 5077; RFC 8446 section 4.6.1) that any process of a service can read.
 *
 * The keys of a period follow from the shared secret and the period's number, so processes need
 * only the secret in common, and yesterday's tickets cannot be read with today's keys.  A ticket
 * of the period before is still taken, and replaced. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/value.h"
#include "net/tls.h"

#define PERIOD (12 * 60 * 60 * APUS_SECOND)

enum { NAME_LEN = 16, KEY_LEN = 32 };

typedef struct ticket_keys {
    unsigned char name[NAME_LEN];
    unsigned char bytes[2 * KEY_LEN]; /* of the cipher, of the MAC */
} ticket_keys;

static bool derive(const apus_tls *t, int64_t period, ticket_keys *out)
{
    unsigned char label[] = "apus ticket 12345678";
    size_t at = sizeof(label) - 1 - sizeof(period);
    memcpy(label + at, &period, sizeof(period));
    memcpy(out->name, label + at - 8, NAME_LEN); /* " ticket" and the period */
    return HMAC(EVP_sha512(), t->secret, sizeof(t->secret), label, sizeof(label) - 1, out->bytes,
                NULL) != NULL;
}

static bool set_keys(const ticket_keys *k, EVP_MAC_CTX *mac)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                          (void *)(uintptr_t)(k->bytes + KEY_LEN), KEY_LEN),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, params) > 0;
}

/* 1: the ticket can be made; -1: it cannot. */
static int make(const apus_tls *t, int64_t period, unsigned char *name, unsigned char *iv,
                EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    ticket_keys k;
    bool ok =
        derive(t, period, &k) && RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) > 0 &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k.bytes, iv) > 0 && set_keys(&k, mac);
    memcpy(name, k.name, NAME_LEN);
    OPENSSL_cleanse(&k, sizeof(k));
    return ok ? 1 : -1;
}

/* 1: ours; 2: ours and old; 0: another handshake is needed. */
static int take(const apus_tls *t, int64_t period, const unsigned char *name, unsigned char *iv,
                EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    for (int age = 0; age < 2; age++) {
        ticket_keys k;
        bool ours = derive(t, period - age, &k) && memcmp(k.name, name, NAME_LEN) == 0;
        bool ok = ours && EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, k.bytes, iv) > 0 &&
                  set_keys(&k, mac);
        OPENSSL_cleanse(&k, sizeof(k));
        if (ours)
            return ok ? 1 + age : -1;
    }
    return 0;
}

static int ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                  EVP_MAC_CTX *mac, int encrypts)
{
    /* the context that the connection began with knows; another one was chosen by name */
    const apus_tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    int64_t period = apus_clock_wall() / PERIOD;
    return encrypts ? make(t, period, name, iv, cipher, mac)
                    : take(t, period, name, iv, cipher, mac);
}

void apus__tls_use_tickets(SSL_CTX *ctx, apus_tls *t)
{
    SSL_CTX_set_app_data(ctx, t);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, ticket);
}
