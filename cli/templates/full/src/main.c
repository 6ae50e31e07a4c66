#include "database.h"

extern const apus_router users_router, items_router;

App(projectname, title = "projectname", version = "0.1.0");
Include(projectname_app, users_router);
Include(projectname_app, items_router);

/// How the service is.
typedef struct health {
    apus_str status;
} health;

/// Whether the database answers.
Get("/health", tags = ["health"])
health *read_health(apus_req *req, sqlite3 *db Depends(open_database))
{
    step(req, prepare(req, db, "SELECT 1"));
    return apus_some(req, health, { APUS_STR("ok") });
}
