/* src/model/pattern.h - PCRE2 behind a limit. */
#ifndef APUS_MODEL_PATTERN_H
#define APUS_MODEL_PATTERN_H

#include "apus/model.h"
#include "apus/rc.h"

apus_rc apus__pattern_prepare(apus_pattern *p, apus_err *err);

/* Gives the compiled form back; fine when there is none. */
void apus__pattern_release(apus_pattern *p);

/* APUS_OK (matches), APUS_INVALID (does not, or gave up at a limit), APUS_NOMEM. */
apus_rc apus__pattern_match(const apus_pattern *p, apus_str text);

#endif
