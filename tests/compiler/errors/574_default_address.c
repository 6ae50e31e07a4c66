#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct machine {
    apus_ip_network network Field(default = "10.0.0.1/8");
    apus_clock_time opens Field(default = "24:00");
    apus_name_email owner Field(default = "Ada");
} machine;

Post("/")
void make(apus_req *req, const machine *body)
{
    (void)req;
    (void)body;
}
