#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", openapi_edit = edit);
App(other, title = "Other", version = "1.0.0", openapi_edit = edti);
App(third, title = "Third", version = "1.0.0", openapi_edit = fn_of_nobody);

int edit(apus_json *document)
{
    return 1;
}
