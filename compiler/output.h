/* compiler/output.h - files that come out. */
#ifndef APUSC_OUTPUT_H
#define APUSC_OUTPUT_H

#include <stdbool.h>

#include "apus/arena.h"
#include "apus/str.h"

/* Writes text to path unless that is what stands there already, through a
 * temporary file.  false after a message on standard error. */
bool output_write(apus_arena *arena, const char *path, apus_str text);

/* Makes a directory and those above it.  false after a message. */
bool output_directory(apus_arena *arena, const char *path);

/* How a file in directory names the file at path in an #include. */
const char *output_relative(apus_arena *arena, const char *directory, const char *path);

#endif
