/* A client that wants one file: whatever cuts it off, it comes back and goes on where it was, with
 * Range and If-Range.  What it has in the end must be one edition of the file, byte for byte. */
#include <inttypes.h>

#include <apus/value.h>

#include "client.h"
#include "shelf.h"

enum { TRIES_MAX = 12 };

typedef struct download {
    client base; /* first */
    int file;
    ask ask;          /* of this try */
    apus_buf content; /* that it has */
    char etag[48];    /* of what it has; "": nothing */
    unsigned n_tries;
    bool has_head, is_over;
    size_t left; /* of this answer's body */
} download;

static void give(client *self)
{
    download *d = (download *)self;
    apus_buf_finish(&d->content);
    ask_finish(&d->ask);
}

static void ask_for_more(client *self)
{
    download *d = (download *)self;
    ask_finish(&d->ask);
    ask_make_rest(&d->ask, d->file, d->etag, (int64_t)d->content.len);
    ask_write(&d->ask, "", &d->base.out);
    d->has_head = false;
    d->n_tries++;
}

/* --- what came --- */

static void begin_again(download *d, apus_str etag)
{
    apus_buf_clear(&d->content);
    snprintf(d->etag, sizeof(d->etag), "%.*s", APUS_FMT(etag));
}

/* 200: another edition, from the front; 206: the rest of the same. */
static void take_body_head(download *d, const answer *a)
{
    client *self = &d->base;
    apus_str etag = answer_header(a, APUS_STR("etag"));
    const edition *e = shelf_find(d->file, etag);
    char length[32];
    if (!e)
        client_fail(self, "it never had the tag %.*s", APUS_FMT(etag));
    if (a->status == 200)
        begin_again(d, etag);
    else if (!apus_str_eq(etag, apus_str_of(d->etag)))
        client_fail(self, "the rest of another edition");
    d->left = (size_t)e->size - d->content.len;
    snprintf(length, sizeof(length), "%zu", d->left);
    if (!apus_str_eq(answer_header(a, APUS_STR("content-length")), apus_str_of(length)))
        client_fail(self, "another length than the rest has");
}

static void take_head(download *d, const answer *a)
{
    client *self = &d->base;
    sim_note("answer", self->number, a->status);
    d->has_head = true;
    self->c->n_answers++;
    if (a->status == 200 || a->status == 206)
        take_body_head(d, a);
    else if ((a->status == 404 && shelf_was_without(d->file, d->ask.made_at)) ||
             (a->status == 503 && self->c->may_refuse) || (a->status == 500 && self->c->may_fail))
        d->is_over = true;
    else
        client_fail(self, "a file is answered with %u", a->status);
}

static void take_bytes(download *d, apus_str bytes)
{
    const edition *e = shelf_find(d->file, apus_str_of(d->etag));
    if (bytes.len > d->left)
        client_fail(&d->base, "more bytes than were promised");
    if (!edition_has(e, (int64_t)d->content.len, bytes))
        client_fail(&d->base, "bytes of something else at %zu", d->content.len);
    if (bytes.len)
        apus_buf_add(&d->content, bytes);
    d->left -= bytes.len;
    d->is_over = d->left == 0;
}

static void receive(download *d)
{
    client *self = &d->base;
    if (!client_read(self))
        return;
    apus_str bytes = { self->in.ptr, self->in.len };
    answer a;
    if (!d->has_head) {
        answer_rc rc = answer_read_head(&bytes, &a);
        if (rc == ANSWER_PART)
            return;
        if (rc == ANSWER_WRONG)
            client_fail(self, "this is no answer");
        take_head(d, &a);
    }
    if (!d->is_over)
        take_bytes(d, bytes);
    apus_buf_clear(&self->in);
}

/* --- step by step --- */

static void judge_end(download *d)
{
    client *self = &d->base;
    if (!self->c->may_break && !self->c->may_cut)
        client_fail(self, "%s, %zu bytes before the end",
                    wire_is_reset(self->wire) ? "reset" : "ended", d->left);
    if (d->n_tries == TRIES_MAX)
        client_end(self);
    else
        client_come_back_later(self);
}

static void step(client *self)
{
    download *d = (download *)self;
    receive(d);
    if (d->is_over) {
        client_end(self);
    } else if (client_is_cut_off(self)) {
        judge_end(d);
    } else if (d->content.len && d->n_tries < 3 && sim_chance(100)) {
        client_break_off(self);
    } else {
        (void)client_write(self, SIZE_MAX);
        client_wait(self, INT64_MAX);
    }
}

void client_start_download(conditions *c)
{
    download *d = sim_take(sizeof(*d));
    d->base.step = step;
    d->base.give = give;
    d->base.again = ask_for_more;
    client_begin(&d->base, c, "download", "http/1.1");
    d->file = (int)sim_between(0, SHELF_FILES - 1);
    d->content = apus_buf_with(&sim_alloc);
    client_choose_pace(&d->base);
    ask_for_more(&d->base);
}
