/* apus/random.h - bytes nobody can guess. */
#ifndef APUS_RANDOM_H
#define APUS_RANDOM_H

#include <stddef.h>

#include "apus/api.h"
#include "apus/rc.h"

APUS_API_BEGIN

/* Fills n bytes from the system's generator (getrandom).  APUS_OK or APUS_IO. */
apus_rc apus_random(void *to, size_t n, apus_err *err) APUS_NODISCARD;

APUS_API_END

#endif
