/* Forms: urlencoded (WHATWG URL section 5) and multipart (RFC 7578).
 *
 * A multipart part with a filename is a file; any other is a field.  Neither is
 * copied: both point into the body.
 *
 * What a form has too many of is told once, and nothing of it is read then. */
#include "app/bind.h"

#include <inttypes.h>

#include "apus/multipart.h"
#include "apus/upload.h"
#include "app/wire.h"

struct apus__file {
    struct apus__file *next;
    apus_str name; /* of the field */
    apus_upload upload;
};

const apus_type apus_type_upload = { .kind = APUS_KIND_none,
                                     .size = sizeof(apus_upload),
                                     .align = _Alignof(apus_upload) };
const apus_type apus_type_uploads = { .kind = APUS_KIND_list,
                                      .size = sizeof(apus_uploads),
                                      .align = _Alignof(apus_uploads),
                                      .item = &apus_type_upload };

/* --- reading --- */

/* What a handler will see as text. */
static bool copy_text(apus_arena *a, apus_str text, apus_str *out)
{
    text = apus__text_valid(a, text);
    *out = text.ptr ? apus_arena_str(a, text) : text;
    return out->ptr != NULL;
}

static apus_rc add_file(apus_req *req, const apus_part *part, struct apus__file ***end)
{
    apus_arena *a = &req->x->arena;
    struct apus__file *f = APUS_NEW(a, struct apus__file, 1);
    if (!f || !copy_text(a, part->name, &f->name) ||
        !copy_text(a, part->filename, &f->upload.filename) ||
        !copy_text(a, part->content_type, &f->upload.content_type))
        return APUS_NOMEM;
    f->upload.content = (apus_bytes){ (const uint8_t *)part->body.ptr, part->body.len };
    **end = f;
    *end = &f->next;
    return APUS_OK;
}

static apus_rc add_value(apus_req *req, const apus_part *part)
{
    apus_arena *a = &req->x->arena;
    apus_str name = apus__text_valid(a, part->name), value = apus__text_valid(a, part->body);
    if (!name.ptr || !value.ptr)
        return APUS_NOMEM;
    return apus__pairs_add(a, &apus__req_rare(req)->form, name, value);
}

/* --- limits --- */

enum {
    FORM_FILES_MAX = 1000,
    FORM_FIELDS_MAX = 1000,
    FORM_PART_MAX = 1 << 20, /* bytes of a field */
};

static uint32_t files_max(const apus_req *req)
{
    uint32_t said = req->plan->limits.files_max;
    return said ? said : FORM_FILES_MAX;
}

static uint32_t fields_max(const apus_req *req)
{
    uint32_t said = req->plan->limits.fields_max;
    return said ? said : FORM_FIELDS_MAX;
}

static uint64_t part_max(const apus_req *req)
{
    uint64_t said = req->plan->limits.part_max;
    return said ? said : FORM_PART_MAX;
}

static void fail_many(apus_req *req, const char *what, uint32_t most)
{
    apus_fail(req, 400, NULL, "The form has over %u %s", most, what);
}

/* The request fails where a field is too large. */
static void check_fields(apus_req *req)
{
    const apus__pairs *all = &apus__req_rare(req)->form;
    uint64_t most = part_max(req);
    for (uint32_t i = 0; i < all->n; i++)
        if (all->items[i].value.len > most)
            apus_fail(req, 413, NULL, "A field of the form has over %" PRIu64 " bytes", most);
}

/* Adds what rc allows; an rc that says that there are too many fields becomes the failure. */
static apus_rc settle_fields(apus_req *req, apus_rc rc)
{
    if (rc == APUS_LIMIT)
        fail_many(req, "fields", fields_max(req));
    else if (!rc)
        check_fields(req);
    return rc == APUS_LIMIT ? APUS_OK : rc;
}

static apus_rc read_parts(apus_req *req, apus_multipart *m)
{
    struct apus__file **end = &apus__req_rare(req)->files;
    uint32_t n_files = 0;
    apus_part part;
    apus_rc rc;
    while ((rc = apus_multipart_next(m, &req->x->arena, &part)) == APUS_OK) {
        bool is_file = part.filename.ptr;
        if (is_file && n_files++ == files_max(req)) {
            fail_many(req, "files", files_max(req));
            return APUS_OK;
        }
        rc = is_file ? add_file(req, &part, &end) : add_value(req, &part);
        if (rc)
            return is_file ? rc : settle_fields(req, rc);
    }
    return rc == APUS_DONE ? settle_fields(req, APUS_OK) : rc == APUS_LIMIT ? APUS_SYNTAX : rc;
}

static apus_rc read_multipart(apus_req *req, apus_str content_type, apus_str body)
{
    apus_multipart m;
    apus_rc rc = apus_multipart_begin(&m, content_type, body);
    m.parts_max =
        files_max(req) + fields_max(req) + 1; /* so that we say of what there are too many */
    return rc ? rc : read_parts(req, &m);
}

apus_rc apus__form_read(apus_req *req)
{
    apus_str content_type = apus__req_raw_header(req, APUS_STR("content-type"));
    apus_str type = apus__media_type(content_type);
    apus_str body = req->x->request.body;
    apus__pairs *form = &apus__req_rare(req)->form;
    form->max = fields_max(req);
    if (apus_str_eq_nocase(type, APUS_STR("application/x-www-form-urlencoded")))
        return settle_fields(req, apus__values_read_form(req, body, form));
    if (apus_str_eq_nocase(type, APUS_STR("multipart/form-data")))
        return read_multipart(req, content_type, body);
    form->read = true; /* of any other type: no fields */
    return APUS_OK;
}

/* --- files --- */

/* Bytes where only the content is wanted; otherwise the whole upload. */
static void store_file(const apus_type *type, const struct apus__file *f, void *to)
{
    if (type->kind == APUS_KIND_bytes)
        memcpy(to, &f->upload.content, sizeof(f->upload.content));
    else
        memcpy(to, &f->upload, sizeof(f->upload));
}

static const struct apus__file *next_file(const struct apus__file *f, apus_str name)
{
    while (f && !apus_str_eq(f->name, name))
        f = f->next;
    return f;
}

static apus_rc bind_files(apus_req *req, const apus_field *f, char *at)
{
    size_t n = 0;
    for (const struct apus__file *x = next_file(apus__req_rare(req)->files, f->name); x;
         x = next_file(x->next, f->name))
        n++;
    const apus_type *item = f->type->item;
    char *items = apus__arena_array(&req->x->arena, n, item->size, item->align);
    if (!items)
        return APUS_NOMEM;
    /* A list is { T *ptr; size_t len; }, whatever its T. */
    memcpy(at, &items, sizeof(items));
    memcpy(at + sizeof(items), &n, sizeof(n));
    for (const struct apus__file *x = next_file(apus__req_rare(req)->files, f->name); x;
         x = next_file(x->next, f->name), items += item->size)
        store_file(item, x, items);
    return APUS_OK;
}

static apus_rc bind_one_file(apus_req *req, const apus_field *f, const struct apus__file *file,
                             char *at)
{
    if (!(f->flags & APUS_FIELD_pointer)) {
        store_file(f->type, file, at);
        return APUS_OK;
    }
    void *held = apus__arena_array(&req->x->arena, 1, f->type->size, f->type->align);
    if (!held)
        return APUS_NOMEM;
    store_file(f->type, file, held);
    memcpy(at, &held, sizeof(held));
    return APUS_OK;
}

/* --- what files may be --- */

static bool is_type(apus_str sent, apus_str wanted)
{
    apus_str type = apus__media_type(sent);
    bool range = apus_str_ends(wanted, APUS_STR("/*"));
    return range ? type.len >= wanted.len - 1 &&
                       apus_str_eq_nocase(apus_str_slice(type, 0, wanted.len - 1),
                                          apus_str_slice(wanted, 0, wanted.len - 1))
                 : apus_str_eq_nocase(type, wanted);
}

/* 'image/png' or 'image/jpeg' */
static apus_str expected_types(apus_arena *a, const apus_rules *r)
{
    apus_buf b = apus_buf_in(a);
    apus_str out;
    for (uint32_t i = 0; i < r->n_media_types; i++) {
        if (i)
            apus_buf_add(&b, i + 1U == r->n_media_types ? APUS_STR(" or ") : APUS_STR(", "));
        apus_buf_addf(&b, "'%.*s'", APUS_FMT(r->media_types[i]));
    }
    return apus_buf_take(&b, &out) ? APUS_STR("") : out;
}

/* Nothing of the file is echoed. */
static apus_rc check_upload(apus_decoder *d, const apus_rules *r, const apus_upload *u,
                            const apus_place *place)
{
    const apus_str no_echo = { NULL, 0 };
    bool fits = !r || !(r->has & APUS_RULE_max_length) || u->content.len <= r->max_length;
    bool known = !r || !(r->has & APUS_RULE_media_types);
    for (uint32_t i = 0; !known && i < r->n_media_types; i++)
        known = is_type(u->content_type, r->media_types[i]);
    if (!known) {
        apus_str types = expected_types(d->arena, r);
        apus_problems_add(d->problems, place, "file_type", no_echo,
                          apus_arena_strf(d->arena, "{\"expected\":\"%.*s\"}", APUS_FMT(types)),
                          "File should be of type %.*s", APUS_FMT(types));
    }
    if (!fits)
        apus_problems_add(d->problems, place, "file_too_large", no_echo,
                          apus_arena_strf(d->arena, "{\"max_size\":%u}", r->max_length),
                          "File should have at most %u bytes", r->max_length);
    return fits && known ? APUS_OK : APUS_INVALID;
}

static apus_rc check_uploads(apus_req *req, apus_decoder *d, const apus_field *f,
                             const apus_place *place)
{
    apus_rc worst = APUS_OK;
    uint32_t i = 0;
    for (const struct apus__file *x = next_file(apus__req_rare(req)->files, f->name); x;
         x = next_file(x->next, f->name), i++) {
        apus_place item = { .up = place, .index = i, .is_index = true, .order = i };
        bool is_list = f->type->kind == APUS_KIND_list;
        if (check_upload(d, f->rules, &x->upload, is_list ? &item : place))
            worst = APUS_INVALID;
    }
    return worst;
}

/* Of several of one name the last counts, as for other fields. */
static apus_rc bind_file(apus_req *req, apus_decoder *d, const apus__binding *b, void *args)
{
    const apus_field *f = &b->param->field;
    const struct apus__file *last = NULL;
    for (const struct apus__file *x = next_file(apus__req_rare(req)->files, f->name); x;
         x = next_file(x->next, f->name))
        last = x;
    char *at = (char *)args + f->offset;
    if (last && f->rules && check_uploads(req, d, f, &b->place))
        return APUS_INVALID;
    if (last)
        return f->type->kind == APUS_KIND_list ? bind_files(req, f, at)
                                               : bind_one_file(req, f, last, at);
    if (f->flags & APUS_FIELD_required) {
        apus_problems_add(d->problems, &b->place, "missing", APUS_STR(""), APUS_STR(""),
                          "Field required");
        return APUS_INVALID;
    }
    memset(at, 0, f->flags & APUS_FIELD_pointer ? sizeof(void *) : f->type->size);
    return APUS_OK;
}

/* --- fields --- */

static apus_rc bind_one(apus_req *req, apus_decoder *d, const apus__step *s, const apus__binding *b,
                        void *args)
{
    const apus_param *param = b->param;
    if (param->in == APUS_IN_file)
        return bind_file(req, d, b, args);
    if (param->flags & APUS_PARAM_model)
        return apus__bind_model(req, d, param, &s->source[4], args);
    bool given;
    apus_rc rc = apus__bind_field(req, d, APUS_IN_form, &param->field, APUS__AS_WRITTEN, &b->place,
                                  args, &given);
    return given || rc ? rc : apus_decode_absent(d, &param->field, APUS_STR(""), &b->place, args);
}

apus_rc apus__bind_form(apus_req *req, apus_decoder *d, const apus__step *s, void *args)
{
    apus_rc worst = APUS_OK;
    for (uint32_t i = 0; i < s->n_body; i++) {
        apus_rc rc = bind_one(req, d, s, &s->body[i], args);
        if (rc && rc != APUS_INVALID)
            return rc;
        worst = rc ? rc : worst;
    }
    return worst;
}
