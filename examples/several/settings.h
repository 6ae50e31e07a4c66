#pragma once
#include <apus/apus.h>

/// What an operator decides.
typedef struct settings {
    apus_str app_name Field(default = "Workshop");
    apus_email admin_email;
    int items_per_user Field(default = 50, ge = 1);
} settings;

Settings(settings, .prefix = "SEVERAL_", .env_file = ".env");
