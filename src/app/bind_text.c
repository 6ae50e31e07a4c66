/* Parameters from path, query, header and cookie; models spread over them. */
#include "app/bind.h"

#include "apus/encode.h"
#include "app/values.h"
#include "app/wire.h"

static bool is_list(const apus_type *t)
{
    return t->kind == APUS_KIND_list || t->kind == APUS_KIND_counted ||
           t->kind == APUS_KIND_array || (t->kind == APUS_KIND_model && t->model->is_tuple);
}

apus_rc apus__bind_field(apus_req *req, apus_decoder *d, apus_in in, const apus_field *f,
                         apus__spelling spelling, const apus_place *place, void *base, bool *given)
{
    *given = true;
    if (is_list(f->type) && !(f->flags & APUS_FIELD_json)) {
        apus_str *texts;
        size_t n;
        apus_rc rc = apus__value_list(req, in, f->name, spelling, &texts, &n);
        if (rc)
            return rc;
        if (n > 0)
            return apus_decode_texts(d, f, texts, n, place, base);
    } else {
        apus_str text;
        apus_rc rc = apus__value_get(req, in, f->name, spelling, &text);
        /* An empty form field counts as not given. */
        if (rc == APUS_OK && (in != APUS_IN_form || text.len > 0))
            return apus_decode_text(d, f, text, place, base);
        if (rc && rc != APUS_NOT_FOUND)
            return rc;
    }
    *given = false;
    return APUS_OK;
}

apus_rc apus__bind_text(apus_req *req, apus_decoder *d, const apus__binding *b, void *args)
{
    const apus_param *param = b->param;
    if (param->in == APUS_IN_path) {
        apus_str text = apus__text_valid(d->arena, req->values[b->path_index]);
        return text.ptr ? apus_decode_text(d, &param->field, text, &b->place, args) : APUS_NOMEM;
    }
    if (param->flags & APUS_PARAM_model)
        return apus__bind_model(req, d, param, b->place.up, args);
    bool given;
    apus_rc rc = apus__bind_field(req, d, param->in, &param->field, APUS__AS_WRITTEN, &b->place,
                                  args, &given);
    return given || rc ? rc : apus_decode_absent(d, &param->field, APUS_STR(""), &b->place, args);
}

/* --- models --- */

struct spread {
    apus_req *req;
    apus_decoder *d;
    const apus_model *model;
    apus_in in;
    apus__spelling spelling;
    const apus_place *source;
    char *object;
};

static const apus_field *field_of(const struct spread *s, const apus__pair *p)
{
    const apus_model *m = s->model;
    for (uint32_t i = 0; i < m->n_fields; i++)
        if (apus__value_is(p, s->in, m->fields[i].name, s->spelling))
            return &m->fields[i];
    for (uint32_t i = 0; i < m->n_also; i++)
        if (apus__value_is(p, s->in, m->also[i].name, s->spelling))
            return &m->fields[m->also[i].field];
    return NULL;
}

/* Headers that a client sends without being told to, or a proxy adds: a model that forbids
 * what it does not know does not mean them.  Credentials are never echoed. */
static const struct standard {
    apus_str name;
    bool is_secret;
} standards[] = {
    { APUS_STR_INIT("accept"), false },
    { APUS_STR_INIT("accept-encoding"), false },
    { APUS_STR_INIT("accept-language"), false },
    { APUS_STR_INIT("authorization"), true },
    { APUS_STR_INIT("cache-control"), false },
    { APUS_STR_INIT("connection"), false },
    { APUS_STR_INIT("content-length"), false },
    { APUS_STR_INIT("content-type"), false },
    { APUS_STR_INIT("cookie"), true },
    { APUS_STR_INIT("forwarded"), false },
    { APUS_STR_INIT("host"), false },
    { APUS_STR_INIT("origin"), false },
    { APUS_STR_INIT("pragma"), false },
    { APUS_STR_INIT("proxy-authorization"), true },
    { APUS_STR_INIT("referer"), false },
    { APUS_STR_INIT("te"), false },
    { APUS_STR_INIT("transfer-encoding"), false },
    { APUS_STR_INIT("user-agent"), false },
    { APUS_STR_INIT("via"), false },
};
static const apus_str standard_prefixes[] = {
    APUS_STR_INIT("sec-fetch-"),
    APUS_STR_INIT("sec-ch-"),
    APUS_STR_INIT("x-forwarded-"),
};

static const struct standard *standard_of(apus_str name)
{
    static const struct standard by_prefix = { APUS_STR_INIT(""), false };
    for (size_t i = 0; i < sizeof(standards) / sizeof(standards[0]); i++)
        if (apus_str_eq_nocase(standards[i].name, name))
            return &standards[i];
    for (size_t i = 0; i < sizeof(standard_prefixes) / sizeof(standard_prefixes[0]); i++)
        if (apus_str_eq_nocase(apus_str_slice(name, 0, standard_prefixes[i].len),
                               standard_prefixes[i]))
            return &by_prefix;
    return NULL;
}

/* Whether a value that no member takes is nobody's business. */
static bool is_passed_over(const struct spread *s, apus_str name)
{
    const struct standard *standard = s->in == APUS_IN_header ? standard_of(name) : NULL;
    return standard && (standard->is_secret || s->model->extra == APUS_EXTRA_forbid);
}

/* "one" for a name that came once, ["one","two"] for one that came twice. */
static void write_values(const struct spread *s, const apus__pairs *all, uint32_t first,
                         bool as_list, apus_buf *to)
{
    uint32_t n = 0;
    for (uint32_t i = first; i < all->n; i++)
        n += apus__value_is(&all->items[i], s->in, all->items[first].name, APUS__AS_WRITTEN);
    as_list = as_list || n > 1;
    if (as_list)
        apus_buf_addc(to, '[');
    bool more = false;
    for (uint32_t i = first; i < all->n; i++) {
        if (!apus__value_is(&all->items[i], s->in, all->items[first].name, APUS__AS_WRITTEN))
            continue;
        if (more)
            apus_buf_addc(to, ',');
        more = true;
        apus__json_text_add(to, all->items[i].value);
    }
    if (as_list)
        apus_buf_addc(to, ']');
}

static bool came_before(const struct spread *s, const apus__pairs *all, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (apus__value_is(&all->items[i], s->in, all->items[at].name, APUS__AS_WRITTEN))
            return true;
    return false;
}

static void write_key(apus_buf *to, apus_str name)
{
    apus_buf_addc(to, to->len ? ',' : '{');
    apus__json_text_add(to, name);
    apus_buf_addc(to, ':');
}

/* The members that were not sent but have a default, as pydantic is given them. */
static void write_defaults(const struct spread *s, const apus__pairs *all, apus_buf *to)
{
    for (uint32_t i = 0; i < s->model->n_fields; i++) {
        const apus_field *f = &s->model->fields[i];
        bool sent = false;
        for (uint32_t k = 0; !sent && k < all->n; k++)
            sent = apus__value_is(&all->items[k], s->in, f->name, s->spelling);
        if (sent || !f->default_value || (f->flags & APUS_FIELD_pointer))
            continue;
        write_key(to, f->name);
        if (apus_encode_json(to, f->type, f->default_value, APUS_OMIT_nothing))
            to->failed = to->failed ? to->failed : APUS_NOMEM;
    }
}

/* All that was received, as an object: the `input` of a missing member. */
static apus_str received(const struct spread *s, const apus__pairs *all)
{
    apus_buf b = apus_buf_in(s->d->arena);
    apus_str out;
    for (uint32_t i = 0; i < all->n; i++) {
        if (came_before(s, all, i))
            continue;
        const apus_field *f = field_of(s, &all->items[i]);
        if (f ? (f->flags & APUS_FIELD_secret) != 0 : is_passed_over(s, all->items[i].name))
            continue;
        write_key(&b, f ? f->name : all->items[i].name);
        write_values(s, all, i, f && is_list(f->type), &b);
    }
    write_defaults(s, all, &b);
    if (b.len == 0)
        apus_buf_addc(&b, '{');
    apus_buf_addc(&b, '}');
    return apus_buf_take(&b, &out) ? APUS_STR("") : out;
}

static apus_rc refuse_extra(const struct spread *s, const apus__pairs *all)
{
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; i < all->n && s->d->problems->n <= s->d->problems->max; i++) {
        if (field_of(s, &all->items[i]) || came_before(s, all, i) ||
            is_passed_over(s, all->items[i].name))
            continue;
        apus_buf b = apus_buf_in(s->d->arena);
        apus_str input;
        write_values(s, all, i, false, &b);
        if (apus_buf_take(&b, &input))
            return APUS_NOMEM;
        apus_place place = { .up = s->source,
                             .key = all->items[i].name,
                             .order = s->model->n_fields + i };
        apus_problems_add(s->d->problems, &place, "extra_forbidden", input, APUS_STR(""),
                          "Extra inputs are not permitted");
        rc = APUS_INVALID;
    }
    return rc;
}

static apus_rc keep_extra(const struct spread *s, const apus__pairs *all)
{
    apus_json *kept = apus_json_object(s->d->arena);
    if (!kept)
        return APUS_NOMEM;
    for (uint32_t i = 0; i < all->n; i++) {
        if (field_of(s, &all->items[i]))
            continue;
        apus_str key = apus_arena_str(s->d->arena, all->items[i].name);
        if (!key.ptr || !apus_json_set(s->d->arena, kept, key.ptr,
                                       apus_json_text(s->d->arena, all->items[i].value)))
            return APUS_NOMEM;
    }
    memcpy(s->object + s->model->keep_offset, kept, sizeof(*kept));
    return APUS_OK;
}

/* A member that was not sent under its own name: under another. */
static apus_rc bind_also(const struct spread *s, uint32_t i, const apus_place *place, bool *given)
{
    apus_rc rc = APUS_OK;
    for (uint32_t k = 0; k < s->model->n_also && !*given && !rc; k++) {
        if (s->model->also[k].field != i)
            continue;
        apus_field called = s->model->fields[i];
        called.name = s->model->also[k].name;
        rc = apus__bind_field(s->req, s->d, s->in, &called, s->spelling, place, s->object, given);
    }
    return rc;
}

static apus_rc bind_members(const struct spread *s, const apus__pairs *all)
{
    apus_rc worst = APUS_OK;
    apus_str input = { 0 };
    for (uint32_t i = 0; i < s->model->n_fields; i++) {
        const apus_field *f = &s->model->fields[i];
        apus_place place = { .up = s->source, .key = f->name, .order = i };
        bool given;
        apus_rc rc =
            apus__bind_field(s->req, s->d, s->in, f, s->spelling, &place, s->object, &given);
        if (!given && !rc && s->model->n_also)
            rc = bind_also(s, i, &place, &given);
        if (!given && !rc) {
            if ((f->flags & APUS_FIELD_required) && !input.ptr)
                input = received(s, all);
            rc = apus_decode_absent(s->d, f, input, &place, s->object);
        }
        if (rc && rc != APUS_INVALID)
            return rc;
        worst = rc ? rc : worst;
    }
    return worst;
}

/* --- unions --- */

/* Whether any shape has a list of that name. */
static bool has_list(const struct spread *s, const apus__pair *p)
{
    for (uint32_t v = 0; v < s->model->n_variants; v++) {
        struct spread shape = *s;
        shape.model = s->model->variants[v].model;
        const apus_field *f = field_of(&shape, p);
        if (f && is_list(f->type))
            return true;
    }
    return false;
}

/* Which shape it is shows in the values together, so they are read as one object. */
static apus_rc bind_union(const struct spread *s, const apus__pairs *all, const apus_field *f,
                          void *args)
{
    apus_buf b = apus_buf_in(s->d->arena);
    apus_str object;
    for (uint32_t i = 0; i < all->n; i++) {
        if (all->items[i].value.len == 0 || came_before(s, all, i))
            continue; /* an empty form field counts as not given */
        write_key(&b, all->items[i].name);
        write_values(s, all, i, has_list(s, &all->items[i]), &b);
    }
    if (b.len == 0)
        apus_buf_addc(&b, '{');
    apus_buf_addc(&b, '}');
    return apus_buf_take(&b, &object) ? APUS_NOMEM
                                      : apus_decode_json_field(s->d, f, object, s->source, args);
}

apus_rc apus__bind_model(apus_req *req, apus_decoder *d, const apus_param *param,
                         const apus_place *source, void *args)
{
    const apus_model *m = param->field.type->model;
    struct spread s = { .req = req,
                        .d = d,
                        .model = m,
                        .in = param->in,
                        .spelling =
                            param->in == APUS_IN_header && !(param->flags & APUS_PARAM_underscores)
                                ? APUS__HYPHENS
                                : APUS__AS_WRITTEN,
                        .source = source,
                        .object = (char *)args + param->field.offset };
    const apus__pairs *all;
    apus_rc rc = apus__values_all(req, param->in, &all);
    if (rc)
        return rc;
    if (m->n_variants)
        return bind_union(&s, all, &param->field, args);
    if (param->field.flags & APUS_FIELD_pointer) {
        char *object = apus__arena_array(d->arena, 1, m->size, m->align);
        if (!object)
            return APUS_NOMEM;
        memcpy(s.object, &object, sizeof(object));
        s.object = object;
    }
    rc = bind_members(&s, all);
    if (m->extra == APUS_EXTRA_forbid && (!rc || rc == APUS_INVALID)) {
        apus_rc extra = refuse_extra(&s, all);
        rc = extra ? extra : rc;
    } else if (m->extra == APUS_EXTRA_keep && !rc) {
        rc = keep_extra(&s, all);
    }
    return rc ? rc : apus_decode_check(d, m, source, s.object);
}
