/* apus/value.h - the types of the wire that C has no word for.
 *
 * Plain values: copy, compare and pass them freely.  Each says how it reads as
 * JSON; the functions that parse and print them stand in apus/text.h. */
#ifndef APUS_VALUE_H
#define APUS_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/api.h"
#include "apus/str.h"

/* In nanoseconds, like every duration and every deadline in Apus. */
#define APUS_MICROSECOND INT64_C(1000)
#define APUS_MILLISECOND INT64_C(1000000)
#define APUS_SECOND      INT64_C(1000000000)

/* A moment: RFC 3339 on the wire.  `offset` is how it was or shall be written,
 * in minutes east of UTC; the moment itself is `seconds` and `nanos`. */
typedef struct apus_time {
    int64_t seconds; /* since 1970-01-01T00:00:00Z */
    int32_t nanos;   /* 0 .. 999,999,999 */
    int32_t offset;  /* minutes, or APUS_TIME_NAIVE: written without an offset, meaning UTC */
} apus_time;

#define APUS_TIME_NAIVE INT32_MIN

/* A day of the proleptic Gregorian calendar: "2024-02-29". */
typedef struct apus_date {
    int16_t year; /* 1 .. 9999 */
    uint8_t month;
    uint8_t day;
} apus_date;

/* A time of day: "14:30:00", "09:05:00.5+02:00".  A number is read as seconds since midnight. */
typedef struct apus_clock_time {
    int32_t seconds; /* since midnight: 0 .. 86,399 */
    int32_t nanos;   /* 0 .. 999,999,999 */
    int32_t offset;  /* minutes east of UTC, or APUS_TIME_NAIVE */
} apus_clock_time;

/* A length of time: ISO 8601 ("PT1H30M") on the wire; seconds and "HH:MM:SS" are read too. */
typedef struct apus_duration {
    int64_t ns;
} apus_duration;

/* RFC 9562, in the order of the text. */
typedef struct apus_uuid {
    uint8_t bytes[16];
} apus_uuid;

/* An exact decimal number: coefficient / 10^scale.  For money.  A string on
 * the wire ("10.50" keeps its zero); numbers are read too. */
typedef struct apus_decimal {
    uint64_t high, low; /* the coefficient, 128 bits: up to 38 digits */
    int16_t scale;      /* digits behind the point; 0 .. 38 */
    bool negative;
} apus_decimal;

/* An absolute URL (RFC 3986), as it was sent or as WHATWG would write it. */
typedef struct apus_url {
    apus_str text;
} apus_url;

/* An address such as "ada@example.org" (RFC 5321 without quoted local parts). */
typedef struct apus_email {
    apus_str text;
} apus_email;

/* An address with the name of whom it reaches: "Ada Lovelace <ada@example.org>" (RFC 5322). */
typedef struct apus_name_email {
    apus_str name; /* what stands before the @ where no name was sent */
    apus_str email;
} apus_name_email;

/* A text that nobody shall see: never echoed, never logged, "**********" on the way out. */
typedef struct apus_secret {
    apus_str text;
} apus_secret;

/* An IPv4 or IPv6 address. */
typedef struct apus_ip {
    uint8_t bytes[16]; /* network order; the first 4 for IPv4 */
    uint8_t version;   /* 4 or 6 */
} apus_ip;

/* A network: "192.168.0.0/16"; bits behind the prefix are refused. */
typedef struct apus_ip_network {
    apus_ip address;
    uint8_t prefix; /* in bits: 0 .. 32 or 128 */
} apus_ip_network;

/* An address within its network: "192.168.0.7/16". */
typedef struct apus_ip_interface {
    apus_ip address;
    uint8_t prefix;
} apus_ip_interface;

#endif
