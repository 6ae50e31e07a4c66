/* apus/text.h - numbers, moments and identifiers to and from text.
 *
 * Parsers take the whole text or refuse it; on refusal *why, unless NULL, is a
 * static text in the words of errors.md ("invalid character in hour").
 * Printers write at most the stated number of bytes and return how many.
 * Pure: no clock, no locale, no allocation. */
#ifndef APUS_TEXT_H
#define APUS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/buf.h"
#include "apus/rc.h"
#include "apus/str.h"
#include "apus/value.h"

APUS_API_BEGIN

enum {
    APUS_TEXT_INT_MAX = 20,
    APUS_TEXT_DOUBLE_MAX = 40,
    APUS_TEXT_TIME_MAX = 40,
    APUS_TEXT_DATE_MAX = 10,
    APUS_TEXT_DURATION_MAX = 40,
    APUS_TEXT_UUID_MAX = 36,
    APUS_TEXT_DECIMAL_MAX = 48,
    APUS_TEXT_IP_MAX = 45,
    APUS_TEXT_IP_NETWORK_MAX = 49,
    APUS_TEXT_CLOCK_TIME_MAX = 24,
};

/* In decimal digits, without a NUL: how many bytes were written. */
size_t apus_int_print(int64_t value, char *to);
size_t apus_uint_print(uint64_t value, char *to);

/* The fewest digits that read back as the same double, in the layout of
 * Python's repr: 1.0, 0.1, 1e+16 -> 1e16, 1.5e-07 -> 1.5e-7.  0 bytes of
 * what is not finite. */
size_t apus_double_print(double value, char *to);
size_t apus_float_print(float value, char *to);

/* JSON's number grammar, exactly rounded.  false if text is not one. */
bool apus_double_parse(apus_str text, double *out);

bool apus_time_parse(apus_str text, apus_time *out, const char **why);
size_t apus_time_print(apus_time value, char *to); /* RFC 3339; Z where the offset is 0 */
bool apus_date_parse(apus_str text, apus_date *out, const char **why);
size_t apus_date_print(apus_date value, char *to);
bool apus_clock_time_parse(apus_str text, apus_clock_time *out, const char **why);
size_t apus_clock_time_print(apus_clock_time value, char *to);
bool apus_duration_parse(apus_str text, apus_duration *out, const char **why);
size_t apus_duration_print(apus_duration value, char *to);
bool apus_uuid_parse(apus_str text, apus_uuid *out, const char **why);
size_t apus_uuid_print(apus_uuid value, char *to);
bool apus_decimal_parse(apus_str text, apus_decimal *out, const char **why);
size_t apus_decimal_print(apus_decimal value, char *to);
int apus_decimal_cmp(apus_decimal a, apus_decimal b); /* by value: 1.0 equals 1.00 */
bool apus_ip_parse(apus_str text, apus_ip *out, const char **why);
size_t apus_ip_print(apus_ip value, char *to); /* RFC 5952 */
bool apus_ip_network_parse(apus_str text, apus_ip_network *out);
size_t apus_ip_network_print(apus_ip_network value, char *to);
bool apus_ip_interface_parse(apus_str text, apus_ip_interface *out);
size_t apus_ip_interface_print(apus_ip_interface value, char *to);
bool apus_url_check(apus_str text, const char **why);
apus_str apus_url_scheme(apus_str url); /* of a checked one: "https"; a slice of it */
apus_str apus_url_host(apus_str url);   /* "example.org", "[::1]"; empty where it has none */
bool apus_email_check(apus_str text, const char **why);

/* "Ada <ada@example.org>" or a bare address.  The texts are slices of it. */
bool apus_name_email_parse(apus_str text, apus_name_email *out, const char **why);

/* "10MB", "1.5 GiB", "512": bytes, by powers of 1000 or (KiB) of 1024.  APUS_OK;
 * APUS_SYNTAX (no number), APUS_NOT_FOUND (no such unit; *unit is what was written) or
 * APUS_LIMIT (past int64_t). */
apus_rc apus_byte_size_parse(apus_str text, int64_t *out, apus_str *unit);

/* Moments as one number, and back (offset 0).  Saturates past int64_t. */
int64_t apus_time_ns(apus_time value);
apus_time apus_time_of_ns(int64_t ns);
apus_time apus_time_of_seconds(int64_t seconds);

/* Whether it is a value of its type, as all are that were read: a year from 1 to 9999, a day that
 * its month has, at most 38 digits behind the point.  Others are not to be printed. */
static inline bool apus_time_is_valid(apus_time t)
{
    const int64_t first = INT64_C(-62135596800), last = INT64_C(253402300799);
    return t.seconds >= first && t.seconds <= last && t.nanos >= 0 && t.nanos < APUS_SECOND &&
           (t.offset == APUS_TIME_NAIVE || (t.offset > -24 * 60 && t.offset < 24 * 60));
}

bool apus_date_is_valid(apus_date value);             /* the same */
bool apus_clock_time_is_valid(apus_clock_time value); /* the same */
bool apus_decimal_is_valid(apus_decimal value);       /* the same */

/* base64 with padding (RFC 4648 section 4); reading also takes the URL-safe
 * alphabet and missing padding.  Appends to `to`; false if text is not base64. */
void apus_base64_write(apus_buf *to, apus_bytes bytes);
bool apus_base64_read(apus_buf *to, apus_str text);

APUS_API_END

#endif
