/* What commands say on the terminal. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"

void complain(const char *fmt, ...)
{
    const char *red = isatty(STDERR_FILENO) && !getenv("NO_COLOR") ? "\033[31m" : "";
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "%sapus:%s ", red, *red ? "\033[0m" : "");
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

const char *textf(apus_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str s = apus_arena_vstrf(arena, fmt, args);
    va_end(args);
    if (!s.ptr) {
        complain("out of memory");
        exit(EXIT_FAILED);
    }
    return s.ptr;
}
