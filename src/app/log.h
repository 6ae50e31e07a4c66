/* What an operator must hear of: one line on the error stream per event, with the
 * request's id, method and path. */
#ifndef APUS_APP_LOG_H
#define APUS_APP_LOG_H

#include <stdarg.h>

#include "apus/req.h"

void apus__log(const apus_req *req, const char *fmt, ...) APUS_PRINTF(2, 3);
void apus__vlog(const apus_req *req, const char *fmt, va_list args);

#endif
