/* Bodies that their handler reads; see apus/body.h. */
#include "apus/body.h"

#include "apus/disk.h"
#include "apus/fiber.h"
#include "apus/upload.h"
#include "app/bind.h"
#include "app/wait.h"

enum { PIECE_MAX = 65536 }; /* bytes */

struct apus_body {
    apus_req *req;
    char *room; /* for one piece, once there was one */
    uint64_t received;
    bool is_over;
};

apus_body *apus_req_body(apus_req *req)
{
    apus__rare *rare = apus__req_rare(apus__req_root(req));
    if (!rare->body) {
        rare->body = apus_new(req, apus_body);
        rare->body->req = req;
    }
    return rare->body;
}

uint64_t apus_body_received(const apus_body *b)
{
    return b->received;
}

/* --- what reading comes to --- */

static void fail_read(apus_req *req, apus_rc rc)
{
    apus_rc reason = apus_fiber_cancelled(apus_fiber_self());
    if (reason)
        apus__wait_cut(req, reason);
    else if (rc == APUS_LIMIT)
        apus_fail(req, 413, NULL, "the body is too large");
    else if (rc == APUS_TIMEOUT)
        apus_fail(req, 408, NULL, "the request did not arrive in time");
    else if (rc == APUS_NOMEM)
        apus__req_no_memory(req);
    else
        apus_fail(req, 400, NULL, "the body is malformed, or not whole");
}

/* As apus_exchange_read, also where it came as a whole: at another path than was foreseen. */
static apus_rc read_some(apus_body *b, apus_bytes *piece)
{
    apus_exchange *x = b->req->x;
    apus_str whole = x->request.body;
    size_t got;
    if (b->req->undone || !apus_exchange_is_streamed(x)) {
        *piece = (apus_bytes){ (const uint8_t *)whole.ptr, whole.len };
        return b->received || !whole.len ? APUS_DONE : APUS_OK;
    }
    if (!b->room)
        b->room = apus_arena_alloc(&x->arena, PIECE_MAX, 1);
    apus_rc rc = b->room ? apus_exchange_read(x, b->room, PIECE_MAX, &got) : APUS_NOMEM;
    if (!rc)
        *piece = (apus_bytes){ (const uint8_t *)b->room, got };
    return rc;
}

bool apus_body_next(apus_body *b, apus_bytes *piece)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(b->req, "apus_body_next on a pool thread");
        return false;
    }
    if (b->is_over || apus_failed(b->req))
        return false;
    apus_rc rc = read_some(b, piece);
    b->is_over = rc != APUS_OK;
    if (rc && rc != APUS_DONE)
        fail_read(b->req, rc);
    if (!rc)
        b->received += piece->len;
    return !rc;
}

/* --- as a whole --- */

apus_rc apus__body_collect(apus_req *req)
{
    apus_buf all = apus_buf_in(&req->x->arena);
    apus_body *b = apus_req_body(req);
    for (apus_bytes piece; apus_body_next(b, &piece);)
        apus_buf_add(&all, (apus_str){ (const char *)piece.ptr, piece.len });
    return apus_failed(req) ? APUS_OK : apus_buf_take(&all, &req->x->request.body);
}

/* --- into a file --- */

struct writing {
    apus_disk_draft draft;
    const char *path;
    apus_bytes bytes;
    apus_err err;
    apus_rc rc;
};

static void *open_draft(apus_req *req, void *arg)
{
    struct writing *w = arg;
    (void)req;
    w->rc = apus_disk_draft_open(w->path, &w->draft, &w->err);
    return w;
}

static void *write_draft(apus_req *req, void *arg)
{
    struct writing *w = arg;
    (void)req;
    w->rc = apus_disk_draft_write(&w->draft, w->bytes.ptr, w->bytes.len, &w->err);
    return w;
}

static void *keep_draft(apus_req *req, void *arg)
{
    struct writing *w = arg;
    (void)req;
    w->rc = apus_disk_draft_keep(&w->draft, &w->err);
    return w;
}

/* Whether it went well; else the request has failed. */
static bool on_thread(apus_req *req, void *(*fn)(apus_req *req, void *arg), struct writing *w)
{
    bool has_run = apus__req_is_on_thread() ? fn(req, w) != NULL : apus_offload(req, fn, w) != NULL;
    if (!has_run)
        return false;
    if (w->rc)
        apus__req_broken(req, "%s", w->err.msg);
    return !w->rc;
}

bool apus_body_save(apus_body *b, const char *path)
{
    apus_req *req = b->req;
    struct writing *w = apus_new(req, struct writing);
    w->path = path;
    w->draft.fd = -1;
    bool is_good = on_thread(req, open_draft, w);
    while (is_good && apus_body_next(b, &w->bytes))
        is_good = on_thread(req, write_draft, w);
    is_good = is_good && !apus_failed(req) && on_thread(req, keep_draft, w);
    apus_disk_draft_drop(&w->draft);
    return is_good;
}

static void *write_all(apus_req *req, void *arg)
{
    struct writing *w = arg;
    if (open_draft(req, w) && !w->rc && write_draft(req, w) && !w->rc)
        keep_draft(req, w);
    apus_disk_draft_drop(&w->draft);
    return w;
}

bool apus_upload_save(apus_req *req, const apus_upload *u, const char *path)
{
    struct writing *w = apus_new(req, struct writing);
    w->path = path;
    w->bytes = u->content;
    w->draft.fd = -1;
    return on_thread(req, write_all, w);
}
