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

/* Takes n digits off *s. */
bool apus__digits_take(apus_str *s, int n, int *out);

#endif
