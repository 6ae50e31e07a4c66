/* Answers in pieces: the handler's loop writes, the client's pace holds it back. */
#include "app/service.h"

#include "apus/encode.h"
#include "app/out.h"
#include "app/overload.h"

static bool begin(apus_req *req)
{
    apus_http_reply head = { 0 };
    if (req->answered)
        return false;
    apus__reply_success(req, &head);
    bool has_type = req->plan->route->produces.len || apus__req_rare(req)->content_type.len;
    if (!has_type)
        head.content_type = APUS_STR("application/octet-stream");
    apus_rc rc = apus__out_begin(req, &head, APUS_LENGTH_UNKNOWN);
    req->answered = rc != APUS_CANCELLED && rc != APUS_TIMEOUT;
    req->begun = req->answered;
    apus__overload_leave(req);
    return rc == APUS_OK;
}

bool apus_write(apus_req *req, apus_str bytes)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_write on a pool thread");
        return false;
    }
    if (apus_failed(req))
        return false;
    if (!req->begun && !begin(req))
        return false;
    return apus__out_write(req, bytes, APUS_FILTER_flush) == APUS_OK;
}

bool apus__write_line(apus_req *req, const apus_model *m, const void *object)
{
    apus_buf *line = &apus__req_rare(req)->line;
    if (!line->arena)
        *line = apus_buf_in(&req->x->arena);
    apus_buf_clear(line);
    apus_rc rc = apus_encode_model(line, m, object, (apus_omit)req->plan->route->omit);
    apus_buf_addc(line, '\n');
    if (rc == APUS_INVALID)
        apus__req_breaks_model(req, "apus_write_line:", m->name, line);
    else if (rc || line->failed)
        apus_abort(req, 503, NULL, "out of memory");
    return !rc && apus_write(req, (apus_str){ line->ptr, line->len });
}
