/* From what a request came to, to what is sent. */
#include "app/service.h"

#include "app/log.h"
#include "app/wire.h"

#define JSON_TYPE APUS_STR("application/json")

/* RFC 9110 section 15: these have no content. */
static bool has_content(int status)
{
    return status >= 200 && status != 204 && status != 205 && status != 304;
}

/* The request's id, and what else there is behind it. */
static void take_headers(apus_req *req, apus_buf *buf, apus_http_reply *reply)
{
    apus_str line = apus__req_id_line(req), rest;
    reply->headers = line;
    if (!buf || buf->len == 0 || apus_buf_take(buf, &rest))
        return;
    char *both = apus_arena_alloc(&req->x->arena, line.len + rest.len, 1);
    if (!both) {
        reply->headers = rest; /* those that say something about the answer */
        return;
    }
    memcpy(both, line.ptr, line.len);
    memcpy(both + line.len, rest.ptr, rest.len);
    reply->headers = (apus_str){ both, line.len + rest.len };
}

/* --- failures --- */

static void rewrite(apus_req *req, void *arg)
{
    const apus_on_fail *rule = arg;
    req->rewriting = true;
    rule->fn(req);
}

static bool applies(const apus_on_fail *rule, const apus__failure *f)
{
    if (rule->code)
        return f->code && strcmp(rule->code, f->code) == 0;
    return rule->status == f->status;
}

/* One rule, the first that names the code; else the first that names the status. */
static void apply_on_fail(apus_req *req)
{
    const apus_app *app = req->service->app;
    const apus_on_fail *by_status = NULL;
    for (uint16_t i = 0; i < app->n_on_fail; i++) {
        const apus_on_fail *rule = &app->on_fail[i];
        if (!applies(rule, &req->failure))
            continue;
        if (rule->code) {
            by_status = rule;
            break;
        }
        by_status = by_status ? by_status : rule;
    }
    if (by_status)
        apus__req_guard(req, rewrite, (void *)(uintptr_t)by_status);
    req->rewriting = false;
}

static void write_failure(apus_req *req, apus_http_reply *reply)
{
    const apus__failure *f = &req->failure;
    apus_buf b = apus_buf_in(&req->x->arena);
    reply->content_type = JSON_TYPE;
    if (f->internal) {
        reply->content_type = APUS_STR("text/plain; charset=utf-8");
        reply->body = APUS_STR("Internal Server Error");
        return;
    }
    if (f->detail.len == 0) {
        apus_problems_write(&req->problems, &b);
    } else {
        apus_buf_lit(&b, "{\"detail\":");
        apus_buf_add(&b, f->detail);
        if (f->code) {
            apus_buf_lit(&b, ",\"code\":");
            apus__json_text_add(&b, apus_str_of(f->code));
        }
        apus_buf_addc(&b, '}');
    }
    if (apus_buf_take(&b, &reply->body)) {
        reply->status = 503;
        reply->body = APUS_STR("{\"detail\":\"out of memory\"}");
    }
}

static void reply_failure(apus_req *req, apus_http_reply *reply)
{
    apply_on_fail(req);
    reply->status = (uint16_t)req->failure.status;
    if (req->failure.status >= 500 && !req->failure.internal)
        apus__log(req, "%d %.*s", req->failure.status, APUS_FMT(req->failure.detail));
    if (has_content(req->failure.status))
        write_failure(req, reply);
    take_headers(req, req->has_rare ? &req->rare.fail_headers : NULL, reply);
}

/* --- successes --- */

static void reply_success(apus_req *req, apus_http_reply *reply)
{
    const apus_response *r = req->response;
    int declared = req->plan ? req->plan->route->status : 200;
    int status = req->status ? req->status : r && r->status ? r->status : declared;
    reply->status = (uint16_t)(status ? status : 200);
    if (has_content(reply->status)) {
        reply->content_type = r ? r->content_type : JSON_TYPE;
        reply->body = r ? r->body : req->body;
        if (req->has_rare && req->rare.content_type.len)
            reply->content_type = req->rare.content_type;
    }
    take_headers(req, req->has_rare ? &req->rare.headers : NULL, reply);
}

void apus__reply_send(apus_req *req)
{
    apus_http_reply reply = { 0 };
    if (req->answered)
        return;
    if (req->failure.status)
        reply_failure(req, &reply);
    else
        reply_success(req, &reply);
    req->answered = true;
    apus_exchange_reply(req->x, &reply);
}
