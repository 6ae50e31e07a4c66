/* The app, in one file; its routers stand in others. */
#include "several.h"

App(several, title = "Several", version = "1.0.0");
Include(several_app, items_router, prefix = "/v2");

typedef struct health {
    bool ok;
} health;

static bool is_ready(apus_req *req, store *db Depends(open_store))
{
    (void)req;
    return db != NULL;
}

/// Whether all is well.
Get("/health")
static health *get_health(apus_req *req, bool ready Depends(is_ready))
{
    health *out = apus_new(req, health);
    out->ok = ready;
    return out;
}
