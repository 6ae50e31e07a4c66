#include "serve/observing.h"

#include "apus/main.h"
#include "serve/admin.h"

enum { STATUS_LEFT = 499 }; /* the client left before there was an answer: nginx's number */

static void count(apus_traffic_counter *c, const apus_http_request *r, apus_str route,
                  uint16_t status, const apus_http_outcome *o)
{
    apus_traffic_event e = { .route = route,
                             .method = r->method,
                             .status = status,
                             .version = (uint8_t)r->version,
                             .is_encrypted = r->security != NULL,
                             .duration = o->duration,
                             .bytes_in = r->body.len,
                             .bytes_out = o->body_bytes };
    apus_traffic_count(c, &e);
}

void apus__observe(void *observing, const apus_exchange *x, const apus_http_outcome *o)
{
    apus__observing *to = observing;
    apus_request_facts facts;
    if (x->app == apus__admin_mark)
        return;
    apus_service_describe(x, &facts);
    uint16_t status = o->status ? o->status : STATUS_LEFT;
    if (to->traffic.table)
        count(&to->traffic, &x->request, facts.route, status, o);
}
