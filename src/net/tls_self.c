/* A certificate for the machine that a service is written on. */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/tls.h"

#define VALID (90L * 24 * 60 * 60) /* seconds; more makes some browsers doubt it */

static bool add_extension(X509 *x, int what, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, what, value);
    bool ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    return ok;
}

static bool set_name(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                      -1, -1, 0) &&
           X509_set_issuer_name(x, name);
}

static bool set_serial(X509 *x)
{
    BIGNUM *number = BN_new();
    bool ok = number && BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
    BN_free(number);
    return ok;
}

/* NULL without memory. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x = X509_new();
    if (x && X509_set_version(x, X509_VERSION_3) && set_serial(x) &&
        X509_gmtime_adj(X509_getm_notBefore(x), -60) && /* clocks differ */
        X509_gmtime_adj(X509_getm_notAfter(x), VALID) && X509_set_pubkey(x, key) && set_name(x) &&
        add_extension(x, NID_subject_alt_name, "DNS:localhost, IP:127.0.0.1, IP:::1") &&
        add_extension(x, NID_basic_constraints, "critical, CA:FALSE") &&
        add_extension(x, NID_ext_key_usage, "serverAuth") && X509_sign(x, key, EVP_sha256()))
        return x;
    X509_free(x);
    return NULL;
}

/* A new file with these rights for its owner, and for others what `mode` says. */
static BIO *create(const char *path, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
    BIO *out = fd < 0 ? NULL : BIO_new_fd(fd, BIO_CLOSE);
    if (!out && fd >= 0)
        close(fd);
    return out;
}

static apus_rc write_files(const char *chain, const char *key_path, X509 *x, EVP_PKEY *key,
                           apus_err *err)
{
    BIO *out = create(chain, 0644);
    bool ok = out && PEM_write_bio_X509(out, x);
    BIO_free(out);
    if (!ok)
        return apus_err_set(err, APUS_IO, "the certificate %s cannot be written", chain);
    out = create(key_path, 0600);
    ok = out && PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
    BIO_free(out);
    if (!ok)
        return apus_err_set(err, APUS_IO, "the key %s cannot be written", key_path);
    return APUS_OK;
}

apus_rc apus_tls_write_self_signed(const char *chain, const char *key_path, apus_err *err)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = key ? make_certificate(key) : NULL;
    apus_rc rc = APUS_NOMEM;
    if (x)
        rc = write_files(chain, key_path, x, key, err);
    else
        apus__err_set(err, rc, "no memory for a certificate");
    X509_free(x);
    EVP_PKEY_free(key);
    return rc;
}
