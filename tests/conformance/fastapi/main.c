/* fastapi --app docs_src/... --port N: one of the tutorial's applications, in C. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

extern const apus_app path2_app, path3_app, path4_app, path_numbers4_app, query3_app, query5_app,
    query_text3_app, query_text12_app, query_models1_app, cookies1_app, headers1_app, errors1_app,
    depends1_app, security6_app, responses1_app, body1_app, bodies2_app, bodies5_app, forms1_app;

static const struct {
    const char *name;
    const apus_app *app;
} apps[] = {
    { "docs_src/path_params/tutorial002", &path2_app },
    { "docs_src/path_params/tutorial003", &path3_app },
    { "docs_src/path_params/tutorial004", &path4_app },
    { "docs_src/path_params_numeric_validations/tutorial004", &path_numbers4_app },
    { "docs_src/query_params/tutorial003", &query3_app },
    { "docs_src/query_params/tutorial005", &query5_app },
    { "docs_src/query_params_str_validations/tutorial003", &query_text3_app },
    { "docs_src/query_params_str_validations/tutorial012", &query_text12_app },
    { "docs_src/query_param_models/tutorial001", &query_models1_app },
    { "docs_src/cookie_params/tutorial001", &cookies1_app },
    { "docs_src/header_params/tutorial001", &headers1_app },
    { "docs_src/handling_errors/tutorial001", &errors1_app },
    { "docs_src/dependencies/tutorial001", &depends1_app },
    { "docs_src/security/tutorial006", &security6_app },
    { "docs_src/additional_responses/tutorial001", &responses1_app },
    { "docs_src/body/tutorial001", &body1_app },
    { "docs_src/body_multiple_params/tutorial002", &bodies2_app },
    { "docs_src/body_multiple_params/tutorial005", &bodies5_app },
    { "docs_src/request_forms/tutorial001", &forms1_app },
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
