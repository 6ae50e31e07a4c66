/* The ways into the decoder. */
#include "apus/decode.h"

#include "model/decoder.h"

static apus_rc begin(struct apus__decoding *c, apus_decoder *d, apus_str text)
{
    c->d = d;
    c->again = 0;
    return apus_scan_begin(&c->scan, text, &d->limits, &d->error);
}

/* Problems of a text that turns out not to be JSON are forgotten. */
static apus_rc end(struct apus__decoding *c, uint32_t n, apus_rc rc)
{
    if (rc == APUS_OK || rc == APUS_INVALID) {
        apus_rc rest = apus_scan_end(&c->scan);
        rc = rest ? rest : rc;
    }
    if (rc == APUS_SYNTAX || rc == APUS_LIMIT)
        apus_problems_cut(c->d->problems, n);
    return rc;
}

apus_rc apus_decode_json(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                         apus_str text, const apus_place *place, void *at)
{
    struct apus__decoding c;
    uint32_t n = d->problems->n;
    apus_rc rc = begin(&c, d, text);
    if (rc == APUS_OK)
        rc = apus__decode_value(&c, type, rules, false, place, at);
    return end(&c, n, rc);
}

apus_rc apus_decode_json_field(apus_decoder *d, const apus_field *field, apus_str text,
                               const apus_place *place, void *base)
{
    struct apus__decoding c;
    uint32_t n = d->problems->n;
    apus_rc rc = begin(&c, d, text);
    if (rc == APUS_OK)
        rc = apus__decode_field(&c, field, place, base);
    return end(&c, n, rc);
}

/* --- JSON within a text --- */

apus_rc apus__decode_json_text(apus_decoder *d, const apus_field *f, const struct apus__input *in,
                               const apus_place *place, void *base)
{
    if (in->token != APUS__TOKEN_string && in->token != APUS__TOKEN_text)
        return apus__complain(d, place, in, "json_type", APUS_STR(""),
                              "JSON input should be string, bytes or bytearray");
    apus_field inner = *f;
    inner.flags &= (uint16_t)~APUS_FIELD_json;
    apus_json_error outer = d->error;
    apus_rc rc = apus_decode_json_field(d, &inner, in->text, place, base);
    apus_str why = apus_str_of(d->error.message ? d->error.message : "");
    d->error = outer;
    if (rc != APUS_SYNTAX && rc != APUS_LIMIT)
        return rc;
    return apus__complain(d, place, in, "json_invalid", apus__ctx_text(d, "error", why),
                          "Invalid JSON: %.*s", APUS_FMT(why));
}

/* --- several parameters in one object --- */

/* Which of the fields has that name; n if none. */
static size_t find_named(const apus_field *const *fields, size_t n, apus_str name)
{
    size_t i = 0;
    while (i < n && !apus_str_eq(fields[i]->name, name))
        i++;
    return i;
}

static apus_rc read_members(struct apus__decoding *c, const apus_field *const *fields, size_t n,
                            const apus_place *place, void *base, bool *seen)
{
    bool more;
    apus_str key;
    const uint32_t before = c->d->problems->n;
    apus_rc rc = apus_scan_enter_object(&c->scan);
    for (bool first = true; rc == APUS_OK; first = false) {
        rc = apus_scan_more_members(&c->scan, first, c->d->arena, &key, &more);
        if (rc || !more)
            break;
        size_t i = find_named(fields, n, key);
        /* a required parameter that is null counts as not sent, as in FastAPI */
        bool null =
            i < n && apus_scan_peek(&c->scan) == 'n' && !(fields[i]->flags & APUS_FIELD_nullable);
        if (i == n || null) {
            rc = apus_scan_skip(&c->scan);
            continue;
        }
        apus_place here = { .up = place, .key = key, .order = (uint32_t)i };
        if (seen[i]) /* the last one counts: forget what was wrong before */
            apus__problems_drop(c->d->problems, &here);
        seen[i] = true;
        rc = apus__decode_field(c, fields[i], &here, base);
        rc = rc == APUS_INVALID ? APUS_OK : rc;
    }
    if (rc)
        return rc;
    return c->d->problems->n > before ? APUS_INVALID : APUS_OK;
}

apus_rc apus_decode_json_members(apus_decoder *d, const apus_field *const *fields, size_t n,
                                 apus_str text, const apus_place *place, void *base)
{
    struct apus__decoding c;
    uint32_t had = d->problems->n;
    bool *seen = APUS_NEW(d->arena, bool, n);
    apus_rc rc = seen ? begin(&c, d, text) : APUS_NOMEM;
    if (rc == APUS_OK)
        rc = apus_scan_peek(&c.scan) == '{' ? read_members(&c, fields, n, place, base, seen)
                                            : apus_scan_skip(&c.scan);
    if (!seen || (rc && rc != APUS_INVALID))
        return seen ? end(&c, had, rc) : rc;
    rc = end(&c, had, rc);
    for (size_t i = 0; i < n && (rc == APUS_OK || rc == APUS_INVALID); i++) {
        apus_place here = { .up = place, .key = fields[i]->name, .order = (uint32_t)i };
        apus_rc absent =
            seen[i] ? APUS_OK : apus_decode_absent(d, fields[i], APUS_STR(""), &here, base);
        rc = absent ? absent : rc;
    }
    return rc;
}

/* --- text --- */

/* Where the value of a scalar field goes: into the struct, or into an object of its own
 * that the struct points to. */
static void *target(apus_decoder *d, const apus_field *f, void *base)
{
    char *at = (char *)base + f->offset;
    if (!(f->flags & APUS_FIELD_pointer))
        return at;
    void *object = apus__arena_array(d->arena, 1, f->type->size, f->type->align);
    if (object)
        memcpy(at, &object, sizeof(object));
    return object;
}

static apus_rc read_text(apus_decoder *d, const apus_field *field, apus_str text,
                         const apus_place *place, void *base)
{
    struct apus__input in = { .token = APUS__TOKEN_text, .text = text, .raw = text };
    in.secret = field->flags & APUS_FIELD_secret;
    if (field->flags & APUS_FIELD_json)
        return apus__decode_json_text(d, field, &in, place, base);
    void *at = target(d, field, base);
    if (!at)
        return APUS_NOMEM;
    return apus__scalar_set(d, field->type, field->rules, &in, place, at);
}

/* A check of the program's own, of what was read from text. */
static apus_rc check_read(apus_decoder *d, const apus_field *f, apus_str echo,
                          const apus_place *place, void *base)
{
    apus_checking c = { .d = d, .place = place };
    c.secret = f->flags & APUS_FIELD_secret;
    if (!c.secret)
        c.echo = echo;
    void *value = apus__field_object(f, base);
    return value ? apus__check_run(&c, f->hooks->check, value) : APUS_OK;
}

static apus_str quoted(apus_decoder *d, apus_str text)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    apus_json_quote(&b, text);
    return apus_buf_take(&b, &out) ? (apus_str){ NULL, 0 } : out;
}

/* What `before` makes of a text may be any value: it is read from JSON then. */
static apus_rc text_before(apus_decoder *d, const apus_field *f, apus_str text,
                           const apus_place *place, void *base)
{
    apus_json v = { .kind = APUS_JSON_string };
    v.text = text;
    apus_checking c = { .d = d, .place = place };
    c.secret = f->flags & APUS_FIELD_secret;
    if (!c.secret)
        c.echo = quoted(d, text);
    apus_rc rc = apus__check_run(&c, f->hooks->before, &v);
    if (rc)
        return rc;
    if (v.kind == APUS_JSON_string)
        return read_text(d, f, v.text, place, base);
    apus_buf b = apus_buf_in(d->arena);
    apus_str json;
    apus_field plain = *f;
    plain.flags &= (uint16_t)~APUS_FIELD_hooked;
    apus_json_write(&b, &v);
    return apus_buf_take(&b, &json) ? APUS_NOMEM
                                    : apus_decode_json_field(d, &plain, json, place, base);
}

apus_rc apus_decode_text(apus_decoder *d, const apus_field *f, apus_str text,
                         const apus_place *place, void *base)
{
    if (apus__plain_param(d, f, text, base))
        return APUS_OK;
    if (!(f->flags & APUS_FIELD_hooked))
        return read_text(d, f, text, place, base);
    apus_rc rc = f->hooks->before ? text_before(d, f, text, place, base)
                                  : read_text(d, f, text, place, base);
    return rc || !f->hooks->check ? rc : check_read(d, f, quoted(d, text), place, base);
}

static apus_str echo_texts(apus_decoder *d, const apus_str *texts, size_t n)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    apus_buf_addc(&b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            apus_buf_addc(&b, ',');
        apus_json_quote(&b, texts[i]);
    }
    apus_buf_addc(&b, ']');
    return apus_buf_take(&b, &out) ? (apus_str){ NULL, 0 } : out;
}

static apus_rc read_tuple(apus_decoder *d, const apus_field *field, const apus_str *texts, size_t n,
                          const apus_place *place, void *base)
{
    struct apus__input in = { .token = APUS__TOKEN_list, .raw = echo_texts(d, texts, n) };
    in.secret = field->flags & APUS_FIELD_secret;
    void *at = target(d, field, base);
    return at ? apus__decode_tuple_texts(d, field->type->model, texts, n, &in, place, at)
              : APUS_NOMEM;
}

apus_rc apus_decode_texts(apus_decoder *d, const apus_field *field, const apus_str *texts, size_t n,
                          const apus_place *place, void *base)
{
    if (field->type->kind == APUS_KIND_model)
        return read_tuple(d, field, texts, n, place, base);
    const apus_type *type = field->type, *item = type->item;
    apus_rc worst = APUS_OK;
    char *items = apus__arena_array(d->arena, n, item->size, item->align);
    if (!items)
        return APUS_NOMEM;
    for (size_t i = 0; i < n; i++) {
        apus_place here = {
            .up = place, .index = (uint32_t)i, .is_index = true, .order = (uint32_t)i
        };
        struct apus__input in = { .token = APUS__TOKEN_text, .text = texts[i], .raw = texts[i] };
        in.secret = field->flags & APUS_FIELD_secret;
        apus_rc rc = apus__scalar_set(d, item, field->rules, &in, &here, items + i * item->size);
        if (rc && rc != APUS_INVALID)
            return rc;
        worst = rc ? rc : worst;
    }
    if (worst)
        return worst;
    struct apus__input in = { .token = APUS__TOKEN_list, .raw = echo_texts(d, texts, n) };
    in.secret = field->flags & APUS_FIELD_secret;
    apus_rc rc = apus__check_items(d, type, field->rules, items, &n, &in, place);
    void *at = rc == APUS_OK ? target(d, field, base) : NULL;
    if (rc || !at)
        return rc ? rc : APUS_NOMEM;
    memcpy(at, &items, sizeof(items));
    if (type->kind == APUS_KIND_counted)
        apus__store_count(field, base, n);
    else
        memcpy((char *)at + sizeof(items), &n, sizeof(n));
    return field->flags & APUS_FIELD_hooked && field->hooks->check
               ? check_read(d, field, in.raw, place, base)
               : APUS_OK;
}

/* --- from elsewhere --- */

static void *say_syntax(apus_decoder *d)
{
    apus_place at = { .index = (uint32_t)d->error.codepoints, .is_index = true };
    apus_str why = apus_str_of(d->error.message ? d->error.message : "");
    apus_problems_add(d->problems, &at, "json_invalid", APUS_STR("{}"),
                      apus__ctx_text(d, "error", why), "JSON decode error");
    return NULL;
}

apus_rc apus_decode_new(apus_decoder *d, const apus_type *type, apus_str text,
                        const apus_place *place, void **out)
{
    void *at = apus_arena_alloc(d->arena, type->size, type->align);
    apus_rc rc = at ? apus__type_prepare(type, NULL) : APUS_NOMEM;
    if (rc == APUS_OK)
        rc = apus_decode_json(d, type, NULL, text, place, at);
    *out = rc ? NULL : at;
    return rc;
}

void *apus_read_text(apus_arena *a, const apus_type *type, apus_str text, apus_problems *problems)
{
    apus_decoder d = { .arena = a, .problems = problems };
    void *out;
    apus_rc rc = apus_decode_new(&d, type, text, NULL, &out);
    if (rc == APUS_SYNTAX || rc == APUS_LIMIT)
        return say_syntax(&d);
    problems->no_memory = problems->no_memory || rc == APUS_NOMEM;
    return out;
}

/* --- nothing --- */

static apus_rc copy_default(apus_decoder *d, const apus_field *f, void *base)
{
    void *at = target(d, f, base);
    if (!at)
        return APUS_NOMEM;
    memcpy(at, f->default_value, f->type->size);
    return APUS_OK;
}

static apus_rc make_default(apus_decoder *d, const apus_field *f, void *base)
{
    void *at = target(d, f, base);
    if (!at)
        return APUS_NOMEM;
    f->hooks->make(d->arena, at);
    return APUS_OK;
}

apus_rc apus_decode_absent(apus_decoder *d, const apus_field *f, apus_str input,
                           const apus_place *place, void *base)
{
    if (f->default_value && !d->partial)
        return copy_default(d, f, base);
    if (f->hooks && f->hooks->make && !d->partial)
        return make_default(d, f, base);
    if (f->flags & APUS_FIELD_required && !(f->flags & APUS_FIELD_read_only) && !d->partial) {
        apus_problems_add(d->problems, place, "missing", input, APUS_STR(""), "Field required");
        return d->problems->no_memory ? APUS_NOMEM : APUS_INVALID;
    }
    if (f->type->kind == APUS_KIND_counted) {
        memset((char *)base + f->offset, 0, sizeof(void *));
        apus__store_count(f, base, 0);
        return APUS_OK;
    }
    memset((char *)base + f->offset, 0,
           f->flags & APUS_FIELD_pointer ? sizeof(void *) : f->type->size);
    return APUS_OK;
}
