#include "flags.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { FLAGS_MAX = 16 };

_Noreturn void flags_usage(const char *line, const flag *flags)
{
    fprintf(stderr, "usage: %s\n", line);
    for (const flag *f = flags; f->name; f++)
        fprintf(stderr, "  --%s %-*s %s\n", f->name, 18 - (int)snprintf(NULL, 0, "--%s", f->name),
                f->value, f->says);
    exit(2);
}

void flags_read(int argc, char **argv, const char *line, const flag *flags)
{
    struct option names[FLAGS_MAX + 1] = { { 0 } };
    for (int i = 0; i < FLAGS_MAX && flags[i].name; i++)
        names[i] = (struct option){ .name = flags[i].name, .has_arg = required_argument };
    int i = -1; /* stays so where the flag is unknown */
    for (; getopt_long(argc, argv, "", names, &i) != -1; i = -1) {
        if (i < 0)
            flags_usage(line, flags);
        const flag *f = &flags[i];
        if (f->text) {
            *f->text = optarg;
            continue;
        }
        double n = strtod(optarg, NULL);
        if (!(n > 0) || n > f->most || (f->whole && n < 1))
            flags_usage(line, flags);
        if (f->number)
            *f->number = n;
        else
            *f->whole = (int)n;
    }
}
