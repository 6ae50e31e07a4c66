#include "apus/encode.h"
#include "apus/req.h"

apus_json *apus__json_of(apus_req *req, const apus_model *m, const void *object)
{
    apus_arena *a = apus_req_arena(req);
    apus_buf b = apus_buf_in(a);
    apus_str text;
    apus_json *out;
    apus_rc rc = apus_encode_model(&b, m, object, APUS_OMIT_nothing);
    if (rc == APUS_OK)
        rc = apus_buf_take(&b, &text);
    if (rc == APUS_OK)
        rc = apus_json_parse(a, text, NULL, &out, NULL);
    if (rc == APUS_OK)
        return out;
    return apus_fail(req, rc == APUS_NOMEM ? 503 : 500, NULL, "%s has no JSON form", m->name);
}
