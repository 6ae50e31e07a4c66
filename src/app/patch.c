/* PATCH: which members a client sent, and laying them over what is stored.
 *
 * While a partial body is decoded, each object's set of sent fields is kept by the
 * object's address.  A member is found again by its own address: the object that
 * encloses it and the field at that offset.  (Where an object is the first member
 * of another, both answer to one address; the outer one, noted last, decides.) */
#include "apus/decode.h"
#include "app/bind.h"
#include "app/sent.h"

bool apus__sent_note(apus_req *req, const apus_model *m, const void *object, const uint64_t *bits)
{
    size_t size = ((size_t)m->n_fields + 63) / 64 * sizeof(uint64_t);
    struct apus__sent *s =
        apus_arena_alloc(&req->x->arena, sizeof(*s) + size, _Alignof(struct apus__sent));
    if (!s) {
        apus__req_no_memory(req);
        return false;
    }
    *s = (struct apus__sent){ .next = apus__req_rare(req)->sent, .model = m, .object = object };
    memcpy(s->bits, bits, size);
    req->rare.sent = s;
    return true;
}

static void record(void *ctx, const apus_model *m, const void *object, const uint64_t *bits)
{
    (void)apus__sent_note(ctx, m, object, bits);
}

void apus__patch_record(apus_req *req, apus_decoder *d)
{
    d->sent = record;
    d->sent_ctx = req;
}

bool apus__sent(const apus_req *req, const void *member)
{
    const char *at = member;
    for (const struct apus__sent *s = req->has_rare ? req->rare.sent : NULL; s; s = s->next) {
        if (at < s->object || at >= s->object + s->model->size)
            continue;
        for (uint32_t i = 0; i < s->model->n_fields; i++)
            if (s->object + s->model->fields[i].offset == at)
                return apus__is_sent(s, i);
    }
    return false;
}

/* --- merging --- */

static const struct apus__sent *sent_of(const apus_req *req, const apus_model *m,
                                        const void *object)
{
    for (const struct apus__sent *s = req->has_rare ? req->rare.sent : NULL; s; s = s->next)
        if (s->object == object && s->model == m)
            return s;
    return NULL;
}

static void merge_into(apus_req *req, const apus_model *m, char *to, const char *patch);

/* A nested object that was sent in part is merged itself; anything else is taken
 * whole. */
static void merge_field(apus_req *req, const apus_field *f, char *to, const char *patch)
{
    char *at = to + f->offset;
    const char *from = patch + f->offset;
    bool is_model = f->type->kind == APUS_KIND_model;
    if (f->flags & APUS_FIELD_pointer) {
        const char *stored, *sent;
        memcpy(&stored, at, sizeof(stored));
        memcpy(&sent, from, sizeof(sent));
        if (is_model && stored && sent && sent_of(req, f->type->model, sent)) {
            char *both = apus__req_new(req, 1, f->type->size, f->type->align);
            memcpy(both, stored, f->type->size);
            merge_into(req, f->type->model, both, sent);
            sent = both;
        }
        memcpy(at, &sent, sizeof(sent));
    } else if (is_model && sent_of(req, f->type->model, from)) {
        merge_into(req, f->type->model, at, from);
    } else {
        memcpy(at, from, f->type->kind == APUS_KIND_counted ? sizeof(void *) : f->type->size);
        if (f->type->kind == APUS_KIND_counted)
            memcpy(to + f->count_offset, patch + f->count_offset, f->count_size);
    }
}

static void merge_into(apus_req *req, const apus_model *m, char *to, const char *patch)
{
    const struct apus__sent *s = sent_of(req, m, patch);
    for (uint32_t i = 0; s && i < m->n_fields; i++)
        if (apus__is_sent(s, i))
            merge_field(req, &m->fields[i], to, patch);
}

void *apus__merge(apus_req *req, const apus_model *m, const void *stored, const void *patch)
{
    char *to = apus__req_new(req, 1, m->size, m->align);
    memcpy(to, stored, m->size);
    merge_into(req, m, to, patch);
    return to;
}
