/* apus/pattern.h - patterns (PCRE2) that cannot hang a worker.
 *
 *     apus_pattern p = { .text = "^[A-Z]+$" };
 *     rc = apus_pattern_prepare(&p, err);
 *     if (apus_pattern_match(&p, text) == APUS_OK) ...
 *
 * A pattern is searched, not anchored; matching stops at a limit of steps, and what gives up
 * there does not match.
 *
 * MEMORY of the compiled form is the C library's until apus_pattern_release. */
#ifndef APUS_PATTERN_H
#define APUS_PATTERN_H

#include "apus/api.h"
#include "apus/model.h"
#include "apus/rc.h"

APUS_API_BEGIN

/* Compiles p->text; nothing to do when that has been done.
 * APUS_OK, APUS_INVALID (it is no pattern; *err says why) or APUS_NOMEM. */
apus_rc apus_pattern_prepare(apus_pattern *p, apus_err *err) APUS_NODISCARD;

/* Gives the compiled form back; fine when there is none. */
void apus_pattern_release(apus_pattern *p);

/* Whether text, which must be UTF-8, has the pattern in it: APUS_OK; APUS_INVALID (it has
 * not, or a limit was reached); APUS_NOMEM. */
apus_rc apus_pattern_match(const apus_pattern *p, apus_str text) APUS_NODISCARD;

APUS_API_END

#endif
