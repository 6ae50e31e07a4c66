/* One value of any type, from JSON. */
#include "model/decoder.h"
#include "model/scalar.h"

apus_str apus__raw_since(const struct apus__decoding *c, const char *begin)
{
    const char *end = c->scan.at;
    while (end > begin && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r' || end[-1] == '\t'))
        end--;
    return (apus_str){ begin, (size_t)(end - begin) };
}

apus_rc apus__input_read(struct apus__decoding *c, struct apus__input *in)
{
    const char *begin = c->scan.at;
    apus_rc rc;
    switch (apus_scan_peek(&c->scan)) {
    case '"':
        in->token = APUS__TOKEN_string;
        rc = apus_scan_string(&c->scan, c->d->arena, &in->text);
        break;
    case 't':
    case 'f':
        in->token = APUS__TOKEN_bool;
        rc = apus_scan_bool(&c->scan, &in->truth);
        break;
    case 'n':
        in->token = APUS__TOKEN_null;
        rc = apus_scan_null(&c->scan);
        break;
    case '{':
        in->token = APUS__TOKEN_object;
        rc = apus_scan_skip(&c->scan);
        break;
    case '[':
        in->token = APUS__TOKEN_list;
        rc = apus_scan_skip(&c->scan);
        break;
    case '\0':
        return apus_scan_expecting_value(&c->scan);
    default:
        in->token = APUS__TOKEN_number;
        rc = apus_scan_number_read(&c->scan, &in->number);
        break;
    }
    if (rc == APUS_OK)
        in->raw = apus__raw_since(c, begin);
    return rc;
}

static apus_rc decode_json(struct apus__decoding *c, void *at)
{
    apus_json *v;
    apus_rc rc = apus_scan_json(&c->scan, c->d->arena, c->d->limits.refuse_duplicate_keys, &v);
    c->n_untaken++;
    if (rc == APUS_OK)
        memcpy(at, v, sizeof(*v));
    return rc;
}

static apus_rc decode_scalar(struct apus__decoding *c, const apus_type *type,
                             const apus_rules *rules, bool secret, const apus_place *place,
                             void *at)
{
    struct apus__input in;
    in.secret = secret;
    in.echo_as = NULL;
    apus_rc rc = apus__input_read(c, &in);
    return rc ? rc : apus__scalar_set(c->d, type, rules, &in, place, at);
}

apus_rc apus__decode_value(struct apus__decoding *c, const apus_type *type, const apus_rules *rules,
                           bool secret, const apus_place *place, void *at)
{
    switch (type->kind) {
    case APUS_KIND_model:
        return apus__decode_model(c, type->model, place, at);
    case APUS_KIND_list:
    case APUS_KIND_array:
        return apus__decode_items(c, type, rules, secret, place, at);
    case APUS_KIND_map:
        return apus__decode_map(c, type, rules, secret, place, at);
    case APUS_KIND_json:
        return decode_json(c, at);
    default:
        return decode_scalar(c, type, rules, secret, place, at);
    }
}

void apus__store_count(const apus_field *f, void *base, size_t n)
{
    apus__store_whole((char *)base + f->count_offset, f->count_size, n);
}

/* T *items and a count: read as a list, then taken apart. */
static apus_rc decode_counted(struct apus__decoding *c, const apus_field *f,
                              const apus_place *place, void *base)
{
    struct {
        void *ptr;
        size_t len;
    } list = { NULL, 0 };
    apus_rc rc =
        apus__decode_items(c, f->type, f->rules, f->flags & APUS_FIELD_secret, place, &list);
    if (rc == APUS_OK) {
        memcpy((char *)base + f->offset, &list.ptr, sizeof(list.ptr));
        apus__store_count(f, base, list.len);
    }
    return rc;
}

/* A text that holds JSON; null is null where that is admitted. */
static apus_rc decode_json_within(struct apus__decoding *c, const apus_field *f,
                                  const apus_place *place, void *base)
{
    struct apus__input in = { .secret = f->flags & APUS_FIELD_secret };
    apus_rc rc = apus__input_read(c, &in);
    if (rc == APUS_OK && in.token == APUS__TOKEN_null && f->flags & APUS_FIELD_nullable) {
        memset((char *)base + f->offset, 0,
               f->flags & APUS_FIELD_pointer ? sizeof(void *) : f->type->size);
        return APUS_OK;
    }
    return rc ? rc : apus__decode_json_text(c->d, f, &in, place, base);
}

static apus_rc decode_member(struct apus__decoding *c, const apus_field *f, const apus_place *place,
                             void *base)
{
    char *at = (char *)base + f->offset;
    bool secret = f->flags & APUS_FIELD_secret;
    if (f->flags & APUS_FIELD_json)
        return decode_json_within(c, f, place, base);
    if (f->type->kind == APUS_KIND_counted)
        return decode_counted(c, f, place, base);
    if (f->flags & APUS_FIELD_nullable && apus_scan_peek(&c->scan) == 'n') {
        apus_rc rc = apus_scan_null(&c->scan);
        if (rc == APUS_OK)
            memset(at, 0, f->flags & APUS_FIELD_pointer ? sizeof(void *) : f->type->size);
        return rc;
    }
    if (!(f->flags & APUS_FIELD_pointer))
        return apus__decode_value(c, f->type, f->rules, secret, place, at);
    void *object = apus__arena_array(c->d->arena, 1, f->type->size, f->type->align);
    if (!object)
        return APUS_NOMEM;
    apus_rc rc = apus__decode_value(c, f->type, f->rules, secret, place, object);
    if (rc == APUS_OK)
        memcpy(at, &object, sizeof(object));
    return rc;
}

/* Problems found within a secret, at any depth, tell nothing of what was sent. */
static void hide_inputs(apus_problem *problem)
{
    for (; problem; problem = problem->next)
        problem->input = (apus_str){ NULL, 0 };
}

void *apus__field_object(const apus_field *f, void *base)
{
    void *at = (char *)base + f->offset, *object = at;
    if (f->flags & APUS_FIELD_pointer)
        memcpy(&object, at, sizeof(object));
    else if (f->type->kind == APUS_KIND_cstr && !*(char *const *)at)
        object = NULL;
    return object;
}

/* What a field's own functions have to say to what was sent, and to what was read. */
static apus_rc decode_hooked(struct apus__decoding *c, const apus_field *f, const apus_place *place,
                             void *base)
{
    const char *begin = c->scan.at;
    struct apus__decoding changed;
    apus_rc rc = f->hooks->before ? apus__before_run(c, f->hooks->before, f, NULL, place, &changed)
                                  : APUS_OK;
    if (rc == APUS_OK)
        rc = decode_member(f->hooks->before ? &changed : c, f, place, base);
    if (rc == APUS_OK && f->hooks->before)
        apus__before_end(c, &changed);
    void *value = rc == APUS_OK && f->hooks->check ? apus__field_object(f, base) : NULL;
    if (!value)
        return rc;
    apus_checking check = { .d = c->d, .place = place, .echo_as = f->type };
    check.raw = apus__raw_since(c, begin);
    check.secret = f->flags & APUS_FIELD_secret;
    return apus__check_run(&check, f->hooks->check, value);
}

apus_rc apus__decode_field(struct apus__decoding *c, const apus_field *f, const apus_place *place,
                           void *base)
{
    const apus_problem *last = c->d->problems->last;
    apus_rc rc = f->flags & APUS_FIELD_hooked ? decode_hooked(c, f, place, base)
                                              : decode_member(c, f, place, base);
    if (rc == APUS_INVALID && f->flags & APUS_FIELD_secret)
        hide_inputs(last ? last->next : c->d->problems->first);
    return rc;
}
