#pragma once
#include <apus/apus.h>

/// What an operator decides: variables PROJECTNAME_DATABASE, ..., in the environment or in .env.
typedef struct settings {
    apus_str database Field(default = "projectname.db"); ///< A file of SQLite.
    apus_str secret Field(secret, min_length = 32);      ///< What tokens are sealed with.
    int token_minutes Field(default = 60, ge = 1); ///< For how long a token is worth something.
    bool sign_up Field(default = true);            ///< Whether strangers may make accounts.
} settings;

Settings(settings, .prefix = "PROJECTNAME_", .env_file = ".env", .secrets = "/run/secrets");
