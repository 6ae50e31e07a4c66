/* How a line is written; access_log.c has the file behind it. */
#ifndef APUS_OBSERVE_ACCESS_LOG_H
#define APUS_OBSERVE_ACCESS_LOG_H

#include <stdbool.h>

#include "apus/access_log.h"
#include "apus/buf.h"

typedef struct apus__access_names {
    apus_str items[APUS_ACCESS_SECRETS_MAX];
    uint32_t n;
} apus__access_names;

/* A line that is too long with all that clients can put into it is written again with its
 * values cut to this, and without headers: 7 values, each byte of them escaped, fit. */
enum { APUS__ACCESS_VALUE_SMALL = 64 };

enum { APUS__ACCESS_ISO_LEN = 20 };

/* What lines have in common.  Seconds are printed once each. */
typedef struct apus__access_format {
    size_t value_max; /* bytes of a value; longer ones are cut */
    apus__access_names secrets, headers;
    apus_buf odd;                 /* values of this line that had to be escaped */
    int64_t wall_minus_monotonic; /* ns */
    int64_t second;               /* since 1970, of which the texts are ... */
    bool has_second;
    char iso[APUS__ACCESS_ISO_LEN + 1]; /* "2026-11-28T05:49:21." */
    char common[32];                    /* "28/Nov/2026:05:49:21 +0000" */
} apus__access_format;

bool apus__access_is_secret(const apus__access_format *f, apus_str name);

/* One line with its end. */
void apus__access_json(apus__access_format *f, const apus_access_entry *e, apus_buf *to);
void apus__access_combined(apus__access_format *f, const apus_access_entry *e, apus_buf *to);

#endif
