/* From what a request came to, to what is sent. */
#include "app/service.h"

#include "app/failure.h"
#include "app/log.h"
#include "app/out.h"
#include "app/sse.h"
#include "app/wire.h"
#include "app/ws.h"

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

struct rewriting {
    const apus_on_fail *rule;
    bool returned; /* and not aborted */
};

static void rewrite(apus_req *req, void *arg)
{
    struct rewriting *r = arg;
    if (r->rule->answer) {
        const apus_response *answer = r->rule->answer(req);
        if (answer)
            req->response = answer;
    } else {
        r->rule->fn(req);
    }
    r->returned = true;
}

/* How closely a rule names a failure; 0: it does not. */
static unsigned closeness(const apus_on_fail *rule, const apus__failure *f)
{
    if (rule->code)
        return f->code && strcmp(rule->code, f->code) == 0 ? 3 : 0;
    if (rule->status)
        return rule->status == f->status ? 2 : 0;
    return 1;
}

/* One rule: the first of those that name the failure most closely.  What the handler said
 * about its success is not for the answer that the rule may give. */
static void apply_on_fail(apus_req *req)
{
    const apus_app *app = apus__req_app(req);
    struct rewriting r = { 0 };
    unsigned best = 0;
    for (uint16_t i = 0; i < app->n_on_fail; i++) {
        unsigned close = closeness(&app->on_fail[i], &req->failure);
        if (close > best) {
            best = close;
            r.rule = &app->on_fail[i];
        }
    }
    req->response = NULL;
    req->status = 0;
    if (!r.rule)
        return;
    if (req->has_rare)
        req->rare.content_type = APUS_STR("");
    req->rewriting = true;
    apus__req_guard(req, rewrite, &r);
    req->rewriting = false;
    if (!r.returned)
        req->response = NULL;
}

/* Which mistake of the program it was is told to who is at work on it, and to nobody else. */
static void write_internal(apus_req *req, apus_http_reply *reply)
{
    const apus_route *route = req->plan ? req->plan->route : NULL;
    reply->content_type = APUS_STR("text/plain; charset=utf-8");
    reply->body = APUS_STR("Internal Server Error");
    if (!req->has_rare || !req->rare.mistake.len)
        return;
    apus_str text =
        apus_arena_strf(&req->x->arena,
                        "Internal Server Error\n\n%.*s\n\nhandler: %s (%s:%u)\nrequest: %s\n\n"
                        "This is told because apus dev serves; otherwise the first line is all.\n",
                        APUS_FMT(req->rare.mistake), route ? route->name : "none",
                        route && route->file ? route->file : "", route ? (unsigned)route->line : 0,
                        apus_req_id(req));
    if (text.ptr)
        reply->body = text;
}

static void write_failure(apus_req *req, apus_http_reply *reply)
{
    const apus__failure *f = &req->failure;
    const apus_app *app = apus__req_app(req);
    apus__said said = { .status = (unsigned)f->status, .code = f->code, .detail = f->detail };
    if (f->internal && app->problems == APUS_PROBLEMS_detail) {
        write_internal(req, reply);
        return;
    }
    if (f->internal) {
        bool told = req->has_rare && req->rare.mistake.len;
        said.detail = told ? apus__json_text(&req->x->arena, req->rare.mistake)
                           : APUS_STR("\"Internal Server Error\"");
    } else if (f->detail.len == 0) {
        said.problems = &req->problems;
    }
    apus__failure_write(app, &req->x->arena, &said, reply);
}

/* The answer that an OnFail function gave. */
static void write_response(apus_req *req, apus_http_reply *reply)
{
    const apus_response *r = req->response;
    int status = req->status ? req->status : r->status ? r->status : req->failure.status;
    reply->status = (uint16_t)status;
    if (!has_content(status))
        return;
    reply->content_type = r->content_type;
    reply->body = r->body;
    if (req->has_rare && req->rare.content_type.len)
        reply->content_type = req->rare.content_type;
}

static void reply_failure(apus_req *req, apus_http_reply *reply)
{
    apply_on_fail(req);
    reply->status = (uint16_t)req->failure.status;
    if (req->failure.status >= 500 && !req->failure.internal && !req->failure.unlogged)
        apus__log(req, "%d %.*s", req->failure.status, APUS_FMT(req->failure.detail));
    if (req->response)
        write_response(req, reply);
    else if (has_content(req->failure.status))
        write_failure(req, reply);
    take_headers(req, req->has_rare ? &req->rare.fail_headers : NULL, reply);
}

void apus_service_refuse(void *ctx, apus_exchange *x, const char *detail, apus_http_reply *reply)
{
    const apus_service *s = ctx;
    if (s->app->problems == APUS_PROBLEMS_detail)
        return; /* as it stands */
    apus_str why = detail ? apus_str_of(detail) : apus_http_status_name(reply->status);
    apus__said said = { .status = reply->status, .detail = apus__json_text(&x->arena, why) };
    if (said.detail.ptr)
        apus__failure_write(s->app, &x->arena, &said, reply);
    else
        apus__failure_no_memory(s->app, reply);
}

/* --- successes --- */

static apus_str own_type(const apus_req *req)
{
    apus_str type = req->plan ? req->plan->route->produces : APUS_STR("");
    return type.len ? type : JSON_TYPE;
}

void apus__reply_success(apus_req *req, apus_http_reply *reply)
{
    const apus_response *r = req->response;
    int declared = req->plan ? req->plan->route->status : 200;
    int status = req->status ? req->status : r && r->status ? r->status : declared;
    reply->status = (uint16_t)(status ? status : 200);
    if (has_content(reply->status)) {
        reply->content_type = r ? r->content_type : own_type(req);
        reply->body = r ? r->body : req->body;
        if (req->has_rare && req->rare.content_type.len)
            reply->content_type = req->rare.content_type;
    }
    take_headers(req, req->has_rare ? &req->rare.headers : NULL, reply);
}

/* An answer in pieces is whole, unless it has failed: then the client must not take it for
 * whole, and the http floor closes. */
static void finish_pieces(apus_req *req)
{
    int status = req->failure.status;
    bool is_stream = req->has_rare && req->rare.sse; /* has no end of its own */
    if (!status || (is_stream && req->cut_short))
        apus__out_finish(req);
    else if (status != apus_rc_status(APUS_CANCELLED)) /* the client has gone, or the drain */
        apus__log(req, "an answer was cut off: %d %.*s", status, APUS_FMT(req->failure.detail));
}

void apus__reply_send(apus_req *req)
{
    apus_http_reply reply = { 0 };
    apus__sse_end(req);
    if (apus__ws_end(req))
        return;
    if (req->begun)
        finish_pieces(req);
    if (req->answered)
        return;
    if (req->failure.status)
        reply_failure(req, &reply);
    else
        apus__reply_success(req, &reply);
    req->answered = true;
    const apus_response *r = req->response;
    if (r && r->send)
        r->send(req, r, &reply);
    else
        apus__out_reply(req, &reply);
}
