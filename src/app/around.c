/* Middleware, one inside of the other.
 *
 * Each is called with a landing of its own further in, so that whatever aborts there comes
 * back into apus_next_run, and the code behind it always runs. */
#include "app/around.h"

#include "app/out.h"
#include "app/request.h"

static const apus__prepared *find_prepared(const apus__prepared *known, const apus_middleware *m)
{
    while (known && known->item.m != m)
        known = known->next;
    return known;
}

/* One that was not prepared yet. */
static apus_rc prepare_one(apus__around_item *item, apus__prepared **known, apus_arena *a,
                           apus_err *err)
{
    apus_err why = { 0 };
    apus_rc rc = item->m->prepare(item->m->settings, a, &item->settings, &why);
    if (rc)
        return apus_err_set(err, rc, "%s: %s", item->m->name,
                            why.msg[0] ? why.msg : apus_rc_text(rc));
    apus__prepared *p = APUS_NEW(a, apus__prepared, 1);
    if (!p)
        return apus_err_set(err, APUS_NOMEM, "%s: out of memory", item->m->name);
    *p = (apus__prepared){ .item = *item, .next = *known };
    *known = p;
    return APUS_OK;
}

apus_rc apus__around_prepare(apus__around *around, apus__prepared **known, apus_arena *a,
                             apus_err *err)
{
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; !rc && i < around->n; i++) {
        apus__around_item *item = &around->items[i];
        const apus__prepared *p = find_prepared(*known, item->m);
        item->settings = p ? p->item.settings : item->m->settings;
        if (!p && item->m->prepare)
            rc = prepare_one(item, known, a, err);
    }
    return rc;
}

struct apus_next {
    apus_req *req;
    const apus__around *around;
    void (*last)(apus_req *req);
    uint32_t at; /* which of them is running */
    bool ran;
};

static bool is_answered(const apus_req *req)
{
    return req->response || req->body.ptr || req->begun || apus_failed(req);
}

static void run_from(apus_req *req, const apus__around *around, uint32_t at,
                     void (*last)(apus_req *req))
{
    if (at == around->n) {
        last(req);
        return;
    }
    struct apus_next next = { .req = req, .around = around, .last = last, .at = at };
    const apus_middleware *m = around->items[at].m;
    req->around = true;
    m->run(req, &next);
    if (!next.ran && !is_answered(req))
        apus__req_broken(req, "%s neither ran what is further in nor answered", m->name);
}

static void run_inner(apus_req *req, void *arg)
{
    const struct apus_next *next = arg;
    run_from(req, next->around, next->at + 1, next->last);
}

void apus__around_run(apus_req *req, const apus__around *around, void (*last)(apus_req *req))
{
    run_from(req, around, 0, last);
    req->around = false;
}

void apus_next_run(apus_next *next)
{
    apus_req *req = next->req;
    if (next->ran) {
        apus__req_broken(req, "%s runs what is further in twice",
                         next->around->items[next->at].m->name);
        return;
    }
    next->ran = true;
    if (is_answered(req))
        return;
    req->around = false;
    apus__req_guard(req, run_inner, next);
    req->around = true;
}

int apus_next_status(const apus_next *next)
{
    const apus_req *req = next->req;
    if (req->failure.status)
        return req->failure.status;
    if (!is_answered(req))
        return 0;
    int declared = req->plan && req->plan->route->status ? req->plan->route->status : 200;
    if (req->status)
        return req->status;
    return req->response && req->response->status ? req->response->status : declared;
}

void apus_next_answer(apus_next *next, const apus_response *response)
{
    apus_req *req = next->req;
    if (req->begun) {
        apus__req_broken(req, "apus_next_answer: the answer has begun");
    } else if (!response) {
        apus__req_broken(req, "apus_next_answer: there is no response");
    } else {
        req->failure = (apus__failure){ 0 };
        req->status = 0;
        if (req->has_rare)
            req->rare.content_type = APUS_STR("");
        req->response = response;
    }
}

void apus_next_filter(apus_next *next, const struct apus_filter *f, void *ctx)
{
    apus__filtering *one = apus_new(next->req, apus__filtering);
    apus__rare *rare = apus__req_rare(next->req);
    *one = (apus__filtering){
        .f = f, .ctx = ctx, .out = apus_buf_in(&next->req->x->arena), .outward = rare->filters
    };
    rare->filters = one;
}

void apus_next_body(apus_next *next, apus_str body)
{
    apus_str *kept = &next->req->x->request.body;
    *kept = apus_arena_str(&next->req->x->arena, body);
    next->req->undone = true;
    if (kept->ptr)
        return;
    *kept = APUS_STR("");
    apus__req_no_memory(next->req);
}

const void *apus_next_settings(const apus_next *next)
{
    return next->around->items[next->at].settings;
}
