/* conformance --app docs_src/... --port N: one of the tutorial's applications, in C. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

#define X(path, name) extern const apus_app name##_app;
#include "applications.def"
#undef X

static const struct {
    const char *name;
    const apus_app *app;
} apps[] = {
#define X(path, name) { path, &name##_app },
#include "applications.def"
#undef X
};

enum { N_APPS = sizeof(apps) / sizeof(apps[0]) };

int main(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "--app") != 0) {
        for (size_t i = 0; i < N_APPS; i++)
            puts(apps[i].name);
        return argc == 2 && strcmp(argv[1], "--list") == 0 ? 0 : 2;
    }
    for (size_t i = 0; i < N_APPS; i++) {
        if (strcmp(apps[i].name, argv[2]) == 0) {
            argv[2] = argv[0];
            return apus_main(argc - 2, argv + 2, apps[i].app);
        }
    }
    fprintf(stderr, "there is no application %s\n", argv[2]);
    return 1;
}
