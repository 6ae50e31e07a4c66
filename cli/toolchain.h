/* cli/toolchain.h - where apusc, the headers and the library are.
 *
 * Found from where `apus` itself stands (PREFIX/bin/apus), so that a prefix can
 * be moved; APUS_PREFIX overrides, CC names the compiler. */
#ifndef APUS_CLI_TOOLCHAIN_H
#define APUS_CLI_TOOLCHAIN_H

#include <stdbool.h>

#include "apus/arena.h"

struct toolchain {
    const char *cc;
    const char *apusc;
    const char *include; /* the directory that holds apus/apus.h */
    const char *library; /* libapus.a */
};

/* false with a complaint when a part is missing. */
bool toolchain_find(apus_arena *arena, struct toolchain *out);

#endif
