#include "dependencies.h"
#include "settings.h"

Router(admin);

Post("/")
message *update_admin(apus_req *req)
{
    return apus_some(req, message, { APUS_STR("The workshop is tidied up") });
}

Get("/info")
const settings *read_info(apus_req *req, const settings *s Depends(read_settings))
{
    return s;
}
