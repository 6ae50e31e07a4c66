/* apus/secret.h - comparing what nobody may guess.
 *
 * Plain comparison stops at the first byte that differs, and who can measure that learns a
 * secret byte by byte. */
#ifndef APUS_SECRET_H
#define APUS_SECRET_H

#include <stdbool.h>

#include "apus/api.h"
#include "apus/str.h"

APUS_API_BEGIN

/* Whether two texts are the same, in a time that depends on the length of `given` only: not
 * on where they differ, nor on the length of what it is compared with. */
bool apus_equal_secret(apus_str given, apus_str secret);

APUS_API_END

#endif
