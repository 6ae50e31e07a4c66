#include "app/out.h"

#include "apus/fiber.h"

static apus__filtering *filters_of(const apus_req *req)
{
    return req->has_rare && !req->rare.sse ? req->rare.filters : NULL;
}

/* Asks each of them, from the inside out. */
static bool begin_filters(apus_req *req, apus_http_reply *head, uint64_t length)
{
    bool any = false;
    for (apus__filtering *one = filters_of(req); one; one = one->outward) {
        one->takes = one->f->begin(req, one->ctx, head, any ? APUS_LENGTH_UNKNOWN : length);
        any = any || one->takes;
    }
    return any;
}

/* The next one outward that takes the body. */
static apus__filtering *taker(apus__filtering *one)
{
    while (one && !one->takes)
        one = one->outward;
    return one;
}

/* Through all of them; *bytes is then what came out. */
static apus_rc push(apus__filtering *first, apus_str *bytes, apus_filter_step step)
{
    apus_rc rc = APUS_OK;
    for (apus__filtering *one = taker(first); !rc && one; one = taker(one->outward)) {
        apus_buf_clear(&one->out);
        rc = one->f->push(one->ctx, *bytes, step, &one->out);
        if (!rc)
            rc = apus_buf_take(&one->out, bytes);
    }
    return rc;
}

/* --- whole answers --- */

struct pushing {
    apus__filtering *first;
    apus_str body;
    apus_rc rc;
};

static void *push_whole(void *arg)
{
    struct pushing *p = arg;
    p->rc = push(p->first, &p->body, APUS_FILTER_end);
    return NULL;
}

void apus__out_reply(apus_req *req, const apus_http_reply *reply)
{
    apus_http_reply changed = *reply;
    if (!filters_of(req) || !begin_filters(req, &changed, reply->body.len)) {
        changed.body = reply->body;
        apus_exchange_reply(req->x, &changed);
        return;
    }
    struct pushing p = { .first = filters_of(req), .body = reply->body, .rc = APUS_OK };
    void *unused;
    bool is_large = p.body.len > APUS_FILTER_INLINE_MAX && !apus__req_is_on_thread();
    if (!is_large || apus_offload_run(push_whole, &p, &unused))
        push_whole(&p);
    changed.body = p.body;
    apus_exchange_reply(req->x, p.rc ? reply : &changed);
}

/* --- answers in pieces --- */

apus_rc apus__out_begin(apus_req *req, const apus_http_reply *head, uint64_t length)
{
    apus_http_reply changed = *head;
    if (filters_of(req) && begin_filters(req, &changed, length))
        length = APUS_LENGTH_UNKNOWN;
    return apus_exchange_begin(req->x, &changed, length);
}

static apus_rc write_piece(apus_req *req, apus_str bytes, apus_filter_step step)
{
    apus_rc rc = push(filters_of(req), &bytes, step);
    if (rc) /* what went out cannot be taken back: the client is to see that it is not whole */
        apus__req_broken(req, "a filter failed within the answer: %s", apus_rc_text(rc));
    return rc || bytes.len == 0 ? rc : apus_exchange_write(req->x, bytes);
}

apus_rc apus__out_write(apus_req *req, apus_str bytes, apus_filter_step step)
{
    apus_rc rc = APUS_OK;
    if (!taker(filters_of(req)))
        return apus_exchange_write(req->x, bytes);
    while (!rc && bytes.len) {
        size_t n = bytes.len < APUS_FILTER_PIECE_MAX ? bytes.len : APUS_FILTER_PIECE_MAX;
        apus_str piece = apus_str_cut(&bytes, n);
        rc = write_piece(req, piece, bytes.len ? APUS_FILTER_more : step);
    }
    return rc;
}

apus_rc apus__out_finish(apus_req *req)
{
    apus_rc rc = taker(filters_of(req)) ? write_piece(req, APUS_STR(""), APUS_FILTER_end) : APUS_OK;
    return rc ? rc : apus_exchange_finish(req->x);
}
