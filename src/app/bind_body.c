/* The body: which of FastAPI's readings applies, and what each step gets of it.
 *
 *     body is            content type                  parameters get
 *     empty              any                           their default, or `missing`
 *     JSON wanted        application/json, +json       the parsed text
 *     JSON wanted        none, or another              the raw text, as if it were the value
 *     form wanted        urlencoded, multipart         the fields
 *     form wanted        another                       nothing: defaults, or `missing`
 *     raw wanted         any                           the bytes
 *
 * A body in a coding (Content-Encoding) that nobody has undone is a 415, unless it is wanted raw.
 * Broken JSON is the only problem then told; a body that cannot be read at all
 * (not UTF-8, nested too deep, a broken form) is a 400. */
#include "app/bind.h"

#include "app/values.h"
#include "app/wire.h"

static char *args_of(apus_req *req, const apus__step *s)
{
    return req->frame + s->args_at;
}

/* --- content types --- */

apus_str apus__media_type(apus_str content_type)
{
    return apus_str_trim(apus_str_slice(content_type, 0, apus_str_find(content_type, ';')));
}

static bool is_json_type(apus_str content_type)
{
    if (apus_str_eq(content_type, APUS_STR("application/json")))
        return true; /* as nearly everybody writes it */
    apus_str type = apus__media_type(content_type);
    size_t slash = apus_str_find(type, '/');
    if (slash == SIZE_MAX ||
        !apus_str_eq_nocase(apus_str_slice(type, 0, slash), APUS_STR("application")))
        return false;
    apus_str sub = apus_str_slice(type, slash + 1, SIZE_MAX);
    if (apus_str_eq_nocase(sub, APUS_STR("json")))
        return true;
    return sub.len >= 5 &&
           apus_str_eq_nocase(apus_str_slice(sub, sub.len - 5, 5), APUS_STR("+json"));
}

/* --- a body that is not there, or is not what it should be --- */

static apus_rc bind_absent(apus_req *req, apus_decoder *d, const apus__step *s)
{
    apus_rc worst = APUS_OK;
    for (uint32_t i = 0; i < s->n_body; i++) {
        const apus__binding *b = &s->body[i];
        const apus_place *place = req->plan->embed ? &b->place : &s->source[4];
        apus_rc rc = apus_decode_absent(d, &b->param->field, APUS_STR(""), place, args_of(req, s));
        if (rc && rc != APUS_INVALID)
            return rc;
        worst = rc ? rc : worst;
    }
    return worst;
}

/* What pydantic says to bytes where it wants something else. */
static const struct wrong_type {
    apus_kind kind;
    const char *type;
    const char *msg;
} wrong_types[] = {
    { APUS_KIND_model, "model_attributes_type",
      "Input should be a valid dictionary or object to extract fields from" },
    { APUS_KIND_list, "list_type", "Input should be a valid list" },
    { APUS_KIND_counted, "list_type", "Input should be a valid list" },
    { APUS_KIND_array, "list_type", "Input should be a valid list" },
    { APUS_KIND_map, "dict_type", "Input should be a valid dictionary" },
};

static const struct wrong_type *wrong_type_of(const apus_type *t)
{
    static const struct wrong_type tuple = { APUS_KIND_model, "tuple_type",
                                             "Input should be a valid tuple" };
    if (t->kind == APUS_KIND_model && t->model->is_tuple)
        return &tuple;
    for (size_t i = 0; i < sizeof(wrong_types) / sizeof(wrong_types[0]); i++) {
        if (wrong_types[i].kind == t->kind)
            return &wrong_types[i];
    }
    return NULL;
}

static apus_rc bind_unparsed(apus_req *req, apus_decoder *d, const apus__step *s)
{
    if (req->plan->embed)
        return bind_absent(req, d, s);
    const apus_field *f = &s->body[0].param->field;
    apus_str body = req->x->request.body;
    apus_str input = apus__json_text(d->arena, body);
    if (!input.ptr)
        return APUS_NOMEM;
    const struct wrong_type *wrong = wrong_type_of(f->type);
    if (wrong) {
        if (f->flags & APUS_FIELD_secret)
            input = APUS_STR("");
        apus_problems_add(d->problems, &s->source[4], wrong->type, input, APUS_STR(""), "%s",
                          wrong->msg);
        return APUS_INVALID;
    }
    if (f->type->kind == APUS_KIND_json)
        return apus_decode_json_field(d, f, input, &s->source[4], args_of(req, s));
    return apus_decode_text(d, f, body, &s->source[4], args_of(req, s));
}

/* --- JSON --- */

static apus_rc bind_json(apus_req *req, apus_decoder *d, const apus__step *s)
{
    apus_str text = req->x->request.body;
    apus_decoder own = *d;
    if (s->body[0].param->flags & (APUS_PARAM_partial | APUS_PARAM_sent))
        apus__patch_record(req, &own);
    own.partial = s->body[0].param->flags & APUS_PARAM_partial;
    apus_rc rc;
    if (req->plan->embed) {
        const apus_field *fields[APUS__BODY_PARAMS_MAX];
        for (uint32_t i = 0; i < s->n_body; i++)
            fields[i] = &s->body[i].param->field;
        rc =
            apus_decode_json_members(&own, fields, s->n_body, text, &s->source[4], args_of(req, s));
    } else {
        rc = apus_decode_json_field(&own, &s->body[0].param->field, text, &s->source[4],
                                    args_of(req, s));
    }
    d->error = own.error;
    return rc;
}

/* Only this one entry, whatever else is wrong. */
static void fail_syntax(apus_req *req, apus_decoder *d, apus_str text)
{
    if (!apus_str_is_utf8(text)) {
        apus__req_unreadable(req, APUS_SYNTAX);
        return;
    }
    apus_problems_cut(d->problems, 0);
    apus_place body = { .key = APUS_STR("body") };
    apus_place at = { .up = &body, .index = (uint32_t)d->error.codepoints, .is_index = true };
    apus_buf b = apus_buf_in(d->arena);
    apus_str ctx;
    apus_buf_lit(&b, "{\"error\":");
    apus__json_text_add(&b, apus_str_of(d->error.message));
    apus_buf_addc(&b, '}');
    if (apus_buf_take(&b, &ctx)) {
        apus__req_no_memory(req);
        return;
    }
    apus_problems_add(d->problems, &at, "json_invalid", APUS_STR("{}"), ctx, "JSON decode error");
    apus__req_invalid(req);
}

void *apus__read_body(apus_req *req, const apus_type *type, apus_str text)
{
    apus_place body = { .key = APUS_STR("body") };
    apus_decoder d = apus__req_decoder(req);
    void *out;
    apus_rc rc = apus_decode_new(&d, type, text, &body, &out);
    if (rc == APUS_INVALID && !d.problems->no_memory)
        apus__req_invalid(req);
    else if (rc == APUS_SYNTAX)
        fail_syntax(req, &d, text);
    else if (rc)
        apus__req_unreadable(req, rc == APUS_LIMIT ? APUS_SYNTAX : APUS_NOMEM);
    return out;
}

/* --- raw --- */

static apus_rc bind_raw(apus_req *req, apus_decoder *d, const apus__step *s)
{
    apus_str body = req->x->request.body;
    const apus_field *f = &s->body[0].param->field;
    if (f->type->kind == APUS_KIND_bytes) {
        apus_bytes bytes = { (const uint8_t *)body.ptr, body.len };
        memcpy(args_of(req, s) + f->offset, &bytes, sizeof(bytes));
        return APUS_OK;
    }
    return apus_decode_text(d, f, body, &s->source[4], args_of(req, s));
}

/* --- codings --- */

/* Whether the body is in a coding that no middleware took off. */
static bool is_encoded(const apus_req *req)
{
    const apus_http_request *r = &req->x->request;
    if (req->undone)
        return false;
    const apus_http_header *coding = apus_http_header_find(r, APUS_STR("content-encoding"));
    return coding && r->body.len && !apus_str_eq_nocase(coding->value, APUS_STR("identity")) &&
           coding->value.len;
}

/* RFC 9110 section 15.5.16; RFC 7694 section 3: what would be taken instead. */
static void fail_encoded(apus_req *req)
{
    apus_fail(req, 415, NULL, "Unsupported Media Type");
    apus_fail_header(req, "Accept-Encoding", "identity");
}

/* --- all steps --- */

typedef apus_rc bind_fn(apus_req *req, apus_decoder *d, const apus__step *s);

static apus_rc bind_fields(apus_req *req, apus_decoder *d, const apus__step *s)
{
    return apus__bind_form(req, d, s, args_of(req, s));
}

/* Which reading applies; NULL when the request has failed already. */
static bind_fn *choose(apus_req *req)
{
    const apus_http_request *r = &req->x->request;
    if (req->plan->body_kind != APUS_BODY_raw && is_encoded(req)) {
        fail_encoded(req);
        return NULL;
    }
    switch (req->plan->body_kind) {
    case APUS_BODY_raw:
        return bind_raw;
    case APUS_BODY_form: {
        apus_rc rc = apus__form_read(req);
        if (rc)
            apus__req_unreadable(req, rc);
        return apus_failed(req) ? NULL : bind_fields;
    }
    case APUS_BODY_json:
    case APUS_BODY_none:
    case APUS_BODY_streamed:
        break;
    }
    if (r->body.len == 0)
        return bind_absent;
    const apus_http_header *type = apus_http_header_find(r, APUS_STR("content-type"));
    bool is_json = type ? is_json_type(type->value) : req->plan->lax_content;
    return is_json ? bind_json : bind_unparsed;
}

/* Of a route that was not foreseen when the body came. */
static bool is_too_large(const apus_req *req)
{
    uint64_t most = req->plan->limits.body_max;
    return most && req->x->request.body.len > most;
}

void apus__bind_body(apus_req *req, apus_decoder *d)
{
    if (apus_exchange_is_streamed(req->x) && apus__body_collect(req))
        apus__req_no_memory(req);
    if (apus_failed(req))
        return;
    if (is_too_large(req)) {
        apus_fail(req, 413, NULL, "the body is too large");
        return;
    }
    bind_fn *bind = choose(req);
    if (!bind)
        return;
    for (uint32_t i = 0; i < req->plan->n_steps; i++) {
        const apus__step *s = &req->plan->steps[i];
        if (s->n_body == 0)
            continue;
        apus_rc rc = bind(req, d, s);
        if (rc == APUS_INVALID)
            req->state[i] = APUS__STEP_invalid;
        else if (rc == APUS_SYNTAX)
            fail_syntax(req, d, req->x->request.body);
        else if (rc) /* nested too deep, say */
            apus__req_unreadable(req, rc == APUS_LIMIT ? APUS_SYNTAX : rc);
        if (req->failure.status)
            return;
    }
}
