/* HTTP/1.1: a head is read the same however the network cuts it, what is accepted has no
 * control characters in it, and a chunked body is the same in one piece and in many. */
#include <stdint.h>
#include <stdlib.h>

#include "apus/http1.h"
#include "codec/http1_head.h"

static const apus_http1_limits limits = { .target_max = 256, .head_max = 1024, .headers_max = 16 };

static apus_rc find(apus_str bytes, size_t step, apus_http1_scan *scan, apus_http1_refusal *why)
{
    *scan = (apus_http1_scan){ 0 };
    apus_rc rc = APUS_MORE;
    for (size_t n = 0; rc == APUS_MORE && n <= bytes.len; n += step) {
        size_t have = n + step < bytes.len ? n + step : bytes.len;
        rc = apus_http1_head_find(scan, &limits, (apus_str){ bytes.ptr, have }, why);
    }
    return rc;
}

/* What is read in one pass is what the other way reads. */
static void check_usual(apus_str bytes)
{
    apus_http_header headers[16], others[16];
    apus_http1_head head, other;
    apus_http1_scan scan;
    apus_http1_refusal why;
    size_t n = apus_http1_head_usual(bytes, &limits, headers, 16, &head);
    if (!n)
        return;
    if (find(bytes, bytes.len, &scan, &why) || scan.start || scan.end != n ||
        apus__http1_head_any((apus_str){ bytes.ptr, n }, &limits, others, &other, &why))
        abort();
    if (head.path.ptr != other.path.ptr || head.path.len != other.path.len ||
        !apus_str_eq(head.query, other.query) || head.length != other.length ||
        head.chunked != other.chunked || head.keep_alive != other.keep_alive ||
        head.n_headers != other.n_headers)
        abort();
    for (uint32_t i = 0; i < head.n_headers; i++)
        if (!apus_str_eq(headers[i].name, others[i].name) ||
            !apus_str_eq(headers[i].value, others[i].value))
            abort();
}

static void check_head(apus_str bytes)
{
    apus_http1_scan whole, parts;
    apus_http1_refusal why = { 0 }, also = { 0 };
    apus_http_header headers[16];
    apus_http1_head head;
    apus_rc rc = find(bytes, bytes.len ? bytes.len : 1, &whole, &why);
    if (find(bytes, 1, &parts, &also) != rc || (rc == APUS_OK && whole.end != parts.end))
        abort();
    if (rc != APUS_OK) {
        if (rc != APUS_MORE && (why.status < 400 || !why.detail))
            abort();
        return;
    }
    apus_str text = apus_str_slice(bytes, whole.start, whole.end - whole.start);
    rc = apus_http1_head_parse(text, &limits, headers, &head, &why);
    if (rc != APUS_OK) {
        if (why.status < 400 || !why.detail)
            abort();
        return;
    }
    if (head.chunked && head.has_length)
        abort();
    for (uint32_t i = 0; i < head.n_headers; i++) {
        if (!apus_http1_is_token(headers[i].name) || !apus_http1_is_value(headers[i].value))
            abort();
    }
}

struct run {
    apus_rc rc;
    size_t eaten, body;
    uint64_t sum;
};

static struct run decode(apus_str in, size_t step)
{
    apus_http1_chunked c = { 0 };
    struct run r = { .rc = APUS_MORE };
    while (r.rc == APUS_MORE && r.eaten < in.len) {
        apus_str piece = apus_str_slice(in, r.eaten, step), data;
        size_t before = piece.len;
        while ((r.rc = apus_http1_chunked_next(&c, &piece, &data)) == APUS_OK) {
            for (size_t i = 0; i < data.len; i++)
                r.sum = r.sum * 31 + (unsigned char)data.ptr[i];
            r.body += data.len;
        }
        r.eaten += before - piece.len;
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    apus_str in = { (const char *)data + 1, size - 1 };
    check_head(in);
    check_usual(in);
    struct run whole = decode(in, in.len), parts = decode(in, 1 + data[0] % 16);
    if (whole.rc != parts.rc || whole.eaten != parts.eaten || whole.body != parts.body ||
        whole.sum != parts.sum)
        abort();
    return 0;
}
