/* Failure is the request's state.
 *
 * The first one counts: what comes later is usually its consequence.  Only an
 * OnFail function may put another in its place.  Neither a failure nor the answer
 * to it may itself fail, so where memory is out there is always a static text to
 * fall back to. */
#include "app/request.h"

#include <stdarg.h>
#include <stdlib.h>

#include "app/docs_dev.h"
#include "app/log.h"
#include "app/service.h"
#include "app/wire.h"

static bool may_fail(const apus_req *req)
{
    return req->failure.status == 0 || req->rewriting;
}

/* A failure of the program if the status is not one of a failure. */
static void set_failure(apus_req *req, int status, const char *code, apus_str detail)
{
    if (status < 300 || status > 599) {
        apus__req_broken(req, "%d is not the status of a failure", status);
        return;
    }
    req->failure.status = status;
    req->failure.code = code;
    req->failure.detail = detail;
    req->failure.internal = false;
}

static void fail_text(apus_req *req, int status, const char *code, const char *fmt, va_list args)
{
    if (!may_fail(req))
        return;
    apus_str text = apus_arena_vstrf(&req->x->arena, fmt, args);
    apus_str detail = text.ptr ? apus__json_text(&req->x->arena, text) : (apus_str){ 0 };
    set_failure(req, status, code, detail.ptr ? detail : APUS_STR("\"out of memory\""));
}

void *apus_fail(apus_req *req, int status, const char *code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail_text(req, status, code, fmt, args);
    va_end(args);
    return NULL;
}

void *apus_fail_instead(apus_req *req, int status, const char *code, const char *fmt, ...)
{
    req->failure = (apus__failure){ 0 };
    if (req->has_rare)
        req->rare.fail_headers = apus_buf_in(&req->x->arena);
    va_list args;
    va_start(args, fmt);
    fail_text(req, status, code, fmt, args);
    va_end(args);
    return NULL;
}

void *apus_fail_json(apus_req *req, int status, const char *code, const apus_json *detail)
{
    if (!may_fail(req))
        return NULL;
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str text;
    apus_json_write(&b, detail);
    if (apus_buf_take(&b, &text))
        text = APUS_STR("\"out of memory\"");
    set_failure(req, status, code, text);
    return NULL;
}

void apus_fail_header(apus_req *req, const char *name, const char *value)
{
    if (req->failure.status == 0)
        return;
    if (!apus__header_is_safe(apus_str_of(name), apus_str_of(value)))
        apus__req_broken(req, "apus_fail_header: \"%s\" cannot be sent", name);
    else
        apus__header_add(&apus__req_rare(req)->fail_headers, &req->x->arena, apus_str_of(name),
                         apus_str_of(value));
}

bool apus_failed(const apus_req *req)
{
    return req->failure.status != 0 || apus__req_cancelled(req);
}

int apus_failed_status(const apus_req *req)
{
    return req->failure.status;
}

const apus_json *apus_failed_detail(apus_req *req)
{
    const apus__failure *f = &req->failure;
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str text = f->detail;
    apus_json *value = NULL;
    if (f->status == 0)
        return NULL;
    if (f->internal)
        text = APUS_STR("\"Internal Server Error\"");
    if (text.len == 0) {
        apus_problems_write_list(&req->problems, &b);
        if (apus_buf_take(&b, &text))
            return NULL;
    }
    return apus_json_parse(&req->x->arena, text, NULL, &value, NULL) ? NULL : value;
}

const char *apus_failed_code(const apus_req *req)
{
    return req->failure.code;
}

void apus_abort(apus_req *req, int status, const char *code, const char *fmt, ...)
{
    va_list args;
    req = apus__req_here(req); /* nothing lands on another fiber's stack */
    va_start(args, fmt);
    fail_text(req, status, code, fmt, args);
    va_end(args);
    if (!req->landing) {
        apus__log(req, "abort outside of a handler: there is nowhere to go");
        abort();
    }
    longjmp(req->landing->at, 1);
}

void apus__req_broken(apus_req *req, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus__vlog(req, fmt, args);
    va_end(args);
    if (!may_fail(req))
        return;
    if (req->service->options.dev_status) {
        va_start(args, fmt);
        apus__req_rare(req)->mistake = apus_arena_vstrf(&req->x->arena, fmt, args);
        va_end(args);
    }
    set_failure(req, 500, NULL, APUS_STR(""));
    req->failure.internal = true;
}

void apus__req_invalid(apus_req *req)
{
    if (may_fail(req))
        set_failure(req, 422, NULL, APUS_STR(""));
}

void apus__req_unreadable(apus_req *req, apus_rc why)
{
    if (why == APUS_NOMEM)
        apus__req_no_memory(req);
    else if (why == APUS_LIMIT)
        apus_fail(req, 400, NULL, "There are too many parameters");
    else
        apus_fail(req, 400, NULL, "There was an error parsing the body");
}

void apus__req_no_memory(apus_req *req)
{
    if (may_fail(req))
        set_failure(req, 503, NULL, APUS_STR("\"out of memory\""));
}

void apus__req_guard(apus_req *req, void (*fn)(apus_req *req, void *arg), void *arg)
{
    apus__landing here, *outer = req->landing;
    req->landing = &here;
    if (_setjmp(here.at) == 0)
        fn(req, arg);
    req->landing = outer;
}
