/* The echo of a received value, without its secret members.
 *
 * Most models have no secret, and their text is only made compact.  Where one has, its
 * members are walked by name. */
#include "model/decoder.h"

enum { MODELS_MAX = 64 }; /* more than that are not searched, but taken to have one */

struct search {
    const apus_model *models[MODELS_MAX]; /* that were looked into, each once */
    uint32_t n;
};

static bool model_has_secret(const apus_model *m, struct search *s);

static bool has_secret(const apus_type *t, struct search *s)
{
    switch (t->kind) {
    case APUS_KIND_list:
    case APUS_KIND_counted:
    case APUS_KIND_array:
    case APUS_KIND_map:
        return has_secret(t->item, s);
    case APUS_KIND_model:
        return model_has_secret(t->model, s);
    case APUS_KIND_secret:
        return true;
    default:
        return false;
    }
}

static bool model_has_secret(const apus_model *m, struct search *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->models[i] == m)
            return false;
    }
    if (s->n == MODELS_MAX)
        return true;
    s->models[s->n++] = m;
    for (uint32_t i = 0; i < m->n_fields; i++) {
        if (m->fields[i].flags & APUS_FIELD_secret || has_secret(m->fields[i].type, s))
            return true;
    }
    for (uint32_t i = 0; i < m->n_variants; i++) {
        if (model_has_secret(m->variants[i].model, s))
            return true;
    }
    return false;
}

static apus_rc copy_value(apus_scan *s, apus_arena *a, const apus_type *t, apus_buf *to);

static void copy_raw(apus_buf *to, const char *begin, const char *end)
{
    apus_json_compact(to, (apus_str){ begin, (size_t)(end - begin) });
}

static const apus_field *field_named(const apus_model *m, apus_str key)
{
    uint32_t i = apus_model_find(m, key);
    if (i < m->n_fields)
        return &m->fields[i];
    for (uint32_t v = 0; v < m->n_variants; v++) {
        const apus_field *f = field_named(m->variants[v].model, key);
        if (f)
            return f;
    }
    return NULL;
}

static apus_rc copy_object(apus_scan *s, apus_arena *a, const apus_type *t, apus_buf *to)
{
    bool more, any = false;
    apus_str key;
    apus_rc rc = apus_scan_enter_object(s);
    apus_buf_addc(to, '{');
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(s, first, a, &key, &more);
        if (rc || !more)
            break;
        const apus_field *f = t->kind == APUS_KIND_model ? field_named(t->model, key) : NULL;
        const apus_type *inner = f ? f->type : t->kind == APUS_KIND_map ? t->item : NULL;
        if ((f && f->flags & APUS_FIELD_secret) || (inner && inner->kind == APUS_KIND_secret)) {
            rc = apus_scan_skip(s);
            continue;
        }
        if (any)
            apus_buf_addc(to, ',');
        any = true;
        apus_json_quote(to, key);
        apus_buf_addc(to, ':');
        rc = copy_value(s, a, inner, to);
    }
    apus_buf_addc(to, '}');
    return rc;
}

static apus_rc copy_list(apus_scan *s, apus_arena *a, const apus_type *item, apus_buf *to)
{
    bool more;
    apus_rc rc = apus_scan_enter_list(s);
    apus_buf_addc(to, '[');
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_items(s, first, &more);
        if (rc || !more)
            break;
        if (!first)
            apus_buf_addc(to, ',');
        rc = copy_value(s, a, item, to);
    }
    apus_buf_addc(to, ']');
    return rc;
}

/* Item by item as its members; NULL for what is too much. */
static apus_rc copy_tuple(apus_scan *s, apus_arena *a, const apus_model *m, apus_buf *to)
{
    bool more;
    uint32_t i = 0;
    apus_rc rc = apus_scan_enter_list(s);
    apus_buf_addc(to, '[');
    for (; rc == APUS_OK; i++) {
        rc = apus_scan_more_items(s, i == 0, &more);
        if (rc || !more)
            break;
        const apus_field *f = i < m->n_fields ? &m->fields[i] : NULL;
        if (i)
            apus_buf_addc(to, ',');
        if (f && f->flags & APUS_FIELD_secret) {
            apus_buf_lit(to, "null");
            rc = apus_scan_skip(s);
        } else {
            rc = copy_value(s, a, f ? f->type : NULL, to);
        }
    }
    apus_buf_addc(to, ']');
    return rc;
}

static bool is_list(const apus_type *t)
{
    return t->kind == APUS_KIND_list || t->kind == APUS_KIND_counted || t->kind == APUS_KIND_array;
}

/* A list where one object belongs, or the other way around, has its secrets all the same. */
static apus_rc copy_value(apus_scan *s, apus_arena *a, const apus_type *t, apus_buf *to)
{
    char c = apus_scan_peek(s);
    if (t && c == '{' && is_list(t))
        return copy_value(s, a, t->item, to);
    if (t && c == '{' && (t->kind == APUS_KIND_model || t->kind == APUS_KIND_map))
        return copy_object(s, a, t, to);
    if (t && c == '[' && t->kind == APUS_KIND_model && t->model->is_tuple)
        return copy_tuple(s, a, t->model, to);
    if (t && c == '[' && (is_list(t) || t->kind == APUS_KIND_model))
        return copy_list(s, a, is_list(t) ? t->item : t, to);
    if (t && t->kind == APUS_KIND_secret) {
        apus_buf_lit(to, "null");
        return apus_scan_skip(s);
    }
    const char *begin = s->at;
    apus_rc rc = apus_scan_skip(s);
    copy_raw(to, begin, s->at);
    return rc;
}

/* More digits than JSON readers take: Python's refuses such an integer (CVE-2020-10735). */
enum { ECHO_DIGITS_MAX = 4300 };

/* Whether a client could not read its own input back: a number of too many digits. */
static bool is_unreadable(apus_str json)
{
    size_t digits = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        digits = !in_text && c >= '0' && c <= '9' ? digits + 1 : 0;
        if (digits > ECHO_DIGITS_MAX)
            return true;
    }
    return false;
}

apus_str apus__echo_readable(apus_str echo)
{
    return echo.len > ECHO_DIGITS_MAX && is_unreadable(echo) ? APUS_STR("null") : echo;
}

apus_str apus__echo(apus_decoder *d, const apus_type *type, apus_str raw)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_json_error unused;
    apus_scan s;
    apus_str out;
    struct search search = { .n = 0 };
    if (!has_secret(type, &search))
        apus_json_compact(&b, raw);
    else if (apus_scan_begin(&s, raw, &d->limits, &unused) || copy_value(&s, d->arena, type, &b))
        return (apus_str){ NULL, 0 }; /* rather nothing than a secret */
    if (!apus_buf_take(&b, &out))
        return apus__echo_readable(out);
    d->problems->no_memory = true; /* a problem without it would say less than it does else */
    return (apus_str){ NULL, 0 };
}
