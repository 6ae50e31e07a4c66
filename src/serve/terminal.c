#include "serve/terminal.h"

#include <stdio.h>

bool apus__terminal_is_gone(void)
{
    static int had_one = -1; /* at the start, once per process */
    FILE *f = fopen("/dev/tty", "re");
    bool has_one = f != NULL;
    if (f)
        fclose(f);
    if (had_one < 0)
        had_one = has_one;
    return had_one && !has_one;
}
