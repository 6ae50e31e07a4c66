/* tests/support/system_root.h - a folder that stands for "/", for what reads /proc and /sys.
 *
 *     system_root_make();
 *     system_root_put("/proc/self", "cgroup", "0::/a\n");
 *     ... apus_cores_allowed(system_root, 8) ...
 *     system_root_clear(); */
#ifndef TESTS_SUPPORT_SYSTEM_ROOT_H
#define TESTS_SUPPORT_SYSTEM_ROOT_H

#include <stdio.h>
#include <stdlib.h>

static char system_root[] = "/tmp/apus-root-XXXXXX";

static inline void system_root_make(void)
{
    assert_non_null(mkdtemp(system_root));
}

static inline void system_root_put(const char *dir, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "mkdir -p '%s%s'", system_root, dir);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof(path), "%s%s/%s", system_root, dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* What it held is gone; it may be filled again. */
static inline void system_root_clear(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -rf '%s'", system_root);
    assert_int_equal(system(command), 0);
}

#endif
