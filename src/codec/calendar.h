/* src/codec/calendar.h - days and the proleptic Gregorian calendar. */
#ifndef APUS_CODEC_CALENDAR_H
#define APUS_CODEC_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "apus/value.h"

int64_t apus__days_of(apus_date d); /* since 1970-01-01 */
apus_date apus__date_of_days(int64_t days);
int apus__days_in_month(int year, int month);

/* Takes YYYY-MM-DD off *s; NULL, or why not. */
const char *apus__date_take(apus_str *s, apus_date *out);

/* Takes HH:MM[:SS[.fraction]] off *s; then an offset, if there is one. */
const char *apus__clock_take(apus_str *s, int *seconds, int32_t *nanos);
const char *apus__offset_take(apus_str *s, int32_t *offset);

/* HH:MM:SS, a fraction where there is one, and Z or the offset unless it is naive; the end
 * of what was written. */
char *apus__clock_print(char *to, int seconds, int32_t nanos, int32_t offset);

/* Of n below 100. */
static inline char *apus__two_digits(char *to, int n)
{
    to[0] = (char)('0' + n / 10);
    to[1] = (char)('0' + n % 10);
    return to + 2;
}

/* Takes n digits off *s. */
bool apus__digits_take(apus_str *s, int n, int *out);

#endif
