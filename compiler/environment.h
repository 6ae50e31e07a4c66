/* compiler/environment.h - what libclang needs to know about this machine:
 * its own headers, ours, and each source's flags. */
#ifndef APUSC_ENVIRONMENT_H
#define APUSC_ENVIRONMENT_H

#include "compiler/args.h"
#include "compiler/read.h"

/* Fills in the flags for all sources.  false after a message. */
bool environment_flags(apus_arena *arena, const args *a, const contract *c, read_options *out);

/* A rule for make: target depends on every file that was read. */
void depfile_text(reader *r, const char *target, apus_buf *to);

#endif
