#include <apus/apus.h>
#include <there/is/none.h>

App(shop, title = "Shop", version = "1.0.0");

/* of the header, and not worth a word while that is missing */
widget *make_widget(apus_req *req, gadget *from);

Get("/widgets/{id}")
widget *read_widget(apus_req *req, int64_t id)
{
    return make_widget(req, find_gadget(id));
}
