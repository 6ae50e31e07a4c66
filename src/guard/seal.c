/* v1.SECONDS.TEXT.MAC
 *
 * TEXT and MAC are base64 with the alphabet of URLs and no padding; the MAC is taken over the
 * purpose, a NUL, and all that stands in front of its dot.  It is compared as text, so that
 * there is one spelling of each sealed text. */
#include "apus/seal.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "apus/secret.h"
#include "apus/text.h"

#define VERSION "v1."

enum {
    MAC_LEN = 32,      /* bytes of SHA-256 */
    MAC_TEXT_LEN = 43, /* in base64 */
    PURPOSE_MAX = 256,
    SECONDS_MAX = 15, /* digits */
};

apus_rc apus_seal_check_keys(apus_strs keys, apus_err *err)
{
    if (keys.len == 0)
        return apus_err_set(err, APUS_INVALID, "there is no key to seal with");
    if (keys.len > APUS_SEAL_KEYS_MAX)
        return apus_err_set(err, APUS_INVALID, "over %d keys", APUS_SEAL_KEYS_MAX);
    for (size_t i = 0; i < keys.len; i++)
        if (keys.ptr[i].len < APUS_SEAL_KEY_MIN)
            return apus_err_set(err, APUS_INVALID, "key %zu has fewer than %d bytes", i + 1,
                                APUS_SEAL_KEY_MIN);
    return APUS_OK;
}

/* Appends bytes in the alphabet of URLs. */
static void add_base64(apus_buf *to, apus_bytes bytes)
{
    size_t from = to->len;
    apus_base64_write(to, bytes);
    while (!to->failed && to->len > from && to->ptr[to->len - 1] == '=')
        to->len--;
    for (size_t i = from; !to->failed && i < to->len; i++)
        to->ptr[i] = to->ptr[i] == '+' ? '-' : to->ptr[i] == '/' ? '_' : to->ptr[i];
}

/* Appends the MAC of the purpose and `text`. */
static apus_rc add_mac(apus_buf *to, apus_str key, apus_str purpose, apus_str text)
{
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned n = sizeof(mac);
    apus_buf whole = apus_buf_in(to->arena);
    apus_buf_add(&whole, purpose);
    apus_buf_addc(&whole, '\0');
    apus_buf_add(&whole, text);
    if (whole.failed)
        return whole.failed;
    if (!HMAC(EVP_sha256(), key.ptr, (int)key.len, (const uint8_t *)whole.ptr, whole.len, mac, &n))
        return APUS_NOMEM;
    add_base64(to, (apus_bytes){ mac, MAC_LEN });
    return to->failed;
}

apus_rc apus_seal_write(apus_buf *to, apus_strs keys, apus_str purpose, int64_t now, apus_str text)
{
    if (apus_seal_check_keys(keys, NULL))
        return APUS_INVALID;
    size_t from = to->len;
    apus_buf_addf(to, VERSION "%" PRId64 ".", now);
    add_base64(to, (apus_bytes){ (const uint8_t *)text.ptr, text.len });
    if (to->failed)
        return to->failed;
    apus_buf mac = apus_buf_in(to->arena);
    apus_rc rc = add_mac(&mac, keys.ptr[0], purpose, (apus_str){ to->ptr + from, to->len - from });
    if (rc)
        return rc;
    apus_buf_addc(to, '.');
    apus_buf_add(to, (apus_str){ mac.ptr, mac.len });
    return to->failed;
}

/* --- reading --- */

struct parts {
    apus_str signed_text; /* what the MAC is of */
    apus_str text, mac;
    int64_t at;
};

static bool read_seconds(apus_str digits, int64_t *out)
{
    int64_t value = 0;
    if (digits.len == 0 || digits.len > SECONDS_MAX || (digits.len > 1 && digits.ptr[0] == '0'))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        value = value * 10 + (digits.ptr[i] - '0');
    }
    *out = value;
    return true;
}

static bool split(apus_str sealed, struct parts *out)
{
    if (sealed.len > APUS_SEAL_TEXT_MAX || sealed.len < MAC_TEXT_LEN + 1 ||
        !apus_str_starts(sealed, APUS_STR(VERSION)))
        return false;
    size_t mac_at = sealed.len - MAC_TEXT_LEN;
    if (sealed.ptr[mac_at - 1] != '.')
        return false;
    out->mac = apus_str_slice(sealed, mac_at, MAC_TEXT_LEN);
    out->signed_text = apus_str_slice(sealed, 0, mac_at - 1);
    apus_str rest = apus_str_slice(out->signed_text, sizeof(VERSION) - 1, SIZE_MAX);
    size_t dot = apus_str_find(rest, '.');
    if (dot == SIZE_MAX)
        return false;
    out->text = apus_str_slice(rest, dot + 1, SIZE_MAX);
    return read_seconds(apus_str_slice(rest, 0, dot), &out->at);
}

/* APUS_OK and the key it was sealed with, APUS_INVALID, or APUS_NOMEM. */
static apus_rc find_key(apus_arena *a, apus_strs keys, apus_str purpose, const struct parts *p,
                        uint32_t *out)
{
    for (size_t i = 0; i < keys.len && i < APUS_SEAL_KEYS_MAX; i++) {
        apus_buf mac = apus_buf_in(a);
        apus_rc rc = keys.ptr[i].len < APUS_SEAL_KEY_MIN
                         ? APUS_INVALID
                         : add_mac(&mac, keys.ptr[i], purpose, p->signed_text);
        if (rc)
            return rc;
        *out = (uint32_t)i;
        if (apus_equal_secret(p->mac, (apus_str){ mac.ptr, mac.len }))
            return APUS_OK;
    }
    return APUS_INVALID;
}

apus_rc apus_seal_read(apus_arena *a, apus_strs keys, apus_str purpose, int64_t now,
                       int64_t max_age, apus_str sealed, apus_sealed *out)
{
    struct parts p;
    apus_sealed found = { 0 };
    if (!split(sealed, &p))
        return APUS_INVALID;
    apus_rc rc = find_key(a, keys, purpose, &p, &found.key);
    if (rc)
        return rc;
    if (max_age > 0 && now - p.at > max_age)
        return APUS_LIMIT;
    apus_buf text = apus_buf_in(a);
    if (!apus_base64_read(&text, p.text))
        return text.failed ? text.failed : APUS_INVALID;
    found.at = p.at;
    rc = apus_buf_take(&text, &found.text);
    if (!rc)
        *out = found;
    return rc;
}
