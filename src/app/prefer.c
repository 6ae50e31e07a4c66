/* Content negotiation: Accept, with weights and ranges such as text/... (RFC 9110 12.5.1). */
#include "apus/accept.h"
#include "app/request.h"

/* The weight of a media type: by its own name, else by its type's range, else by that of
 * everything. */
static int weight_of(apus_str accept, apus_str type)
{
    enum { ROOM = 80 };
    char range[ROOM + 3];
    int weight = apus_accept_weight(accept, type);
    size_t slash = apus_str_find(type, '/');
    if (weight < 0 && slash < ROOM) {
        memcpy(range, type.ptr, slash);
        range[slash] = '/';
        range[slash + 1] = '*';
        weight = apus_accept_weight(accept, (apus_str){ range, slash + 2 });
    }
    return weight < 0 ? apus_accept_weight(accept, APUS_STR("*/*")) : weight;
}

const char *apus__prefer(apus_req *req, const char *const *offers)
{
    apus_str accept = apus_req_header(req, "accept");
    const char *best = NULL;
    int most = 0;
    if (accept.len == 0)
        return *offers;
    for (; *offers; offers++) {
        int weight = weight_of(accept, apus_str_of(*offers));
        if (weight > most) {
            most = weight;
            best = *offers;
        }
    }
    return best;
}
