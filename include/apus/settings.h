/* apus/settings.h - a program's settings as a model.
 *
 *     typedef struct settings {
 *         apus_str admin_email;
 *         int items_per_user Field(default = 50);
 *         apus_str password Field(secret);
 *     } settings;
 *     Settings(settings, .prefix = "SHOP_", .env_file = ".env");
 *
 *     Get("/info")
 *     info *get_info(apus_req *req, const settings *s Depends(read_settings))
 *
 * Each member has a variable: SHOP_ADMIN_EMAIL; a member of a model within is
 * SHOP_DATABASE__URL.  The first source that has it counts: the environment, the
 * .env file, a file of that name among the secrets, the YAML file; then the member's default.
 * Lists, maps and whole models are written as JSON; in YAML as they are.  `--set NAME=VALUE`
 * on the command line goes before the environment.
 *
 * What is missing or wrong keeps the service from starting; the sentence names the
 * variables, and never the value of a secret.
 *
 * MEMORY: the worker's.  FIBERS: nothing suspends; files are read while nothing else
 * runs. */
#ifndef APUS_SETTINGS_H
#define APUS_SETTINGS_H

#include "apus/api.h"
#include "apus/model.h"
#include "apus/req.h"
#include "apus/worker.h"

APUS_API_BEGIN

enum {
    APUS_SETTINGS_FILE_MAX = 1 << 20,    /* bytes of a .env or YAML file */
    APUS_SETTINGS_SECRET_MAX = 64 << 10, /* bytes of a file with a secret */
    APUS_SETTINGS_NAME_MAX = 255,        /* bytes of a variable's name */
    APUS_SETTINGS_DEPTH_MAX = 8,         /* models within models */
};

typedef struct apus_settings_options {
    const char *prefix;    /* of all variables; NULL: none */
    const char *env_file;  /* NULL: none; one that is not there is empty */
    const char *yaml_file; /* "shop.yaml", with the members' own names; NULL: none; one that is
                              not there is empty, a name that no member has is a mistake */
    const char *secrets;   /* a directory such as "/run/secrets", with one file per variable,
                              called as it is or in small letters; NULL: none */
} apus_settings_options;

/* Reads the model; NULL with the worker failed.  *options is not kept.  For functions
 * of your own; Settings() writes one called read_T. */
#define apus_settings_read(w, T, ...)                                                              \
    ((const T *)apus__settings_read((w), APUS__MODEL(T), (__VA_ARGS__)))
const void *apus__settings_read(apus_worker *w, const apus_model *m,
                                const apus_settings_options *options);

APUS_API_END

#endif
