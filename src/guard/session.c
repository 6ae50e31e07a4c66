#include "apus/session.h"

#include <stddef.h>
#include <string.h>

#include "apus/clock.h"
#include "apus/decode.h"
#include "apus/encode.h"
#include "apus/seal.h"
#include "apus/url.h"

struct apus_sessions {
    const apus_model *model;
    apus_session_options options;
    apus_str name;  /* of the cookie */
    apus_str empty; /* a session that begins, as JSON */
};

/* Stands in front of the model that the handlers see. */
struct session {
    const apus_sessions *kept;
    apus_str before;   /* as JSON, when the request came */
    int64_t sealed_at; /* 0: there was no cookie */
    bool old_key;
    bool is_ended;
    max_align_t object[];
};

static int64_t seconds_now(void)
{
    return apus_clock_wall() / 1000000000;
}

/* --- JSON and back --- */

static apus_rc decode(apus_arena *a, const apus_model *m, apus_str text, void *to)
{
    apus_problems problems;
    apus_problems_init(&problems, a);
    apus_decoder d = { .arena = a, .problems = &problems, .now = apus_clock_wall };
    apus_type type = { .kind = APUS_KIND_model, .size = m->size, .align = m->align, .model = m };
    apus_place place = { .key = APUS_STR("session") };
    memset(to, 0, m->size);
    apus_rc rc = apus_decode_json(&d, &type, NULL, text, &place, to);
    return problems.no_memory ? APUS_NOMEM : rc;
}

static apus_rc encode(apus_arena *a, const apus_model *m, const void *object, apus_str *out)
{
    apus_buf b = apus_buf_in(a);
    apus_rc rc = apus_encode_model(&b, m, object, APUS_OMIT_default);
    return rc ? rc : apus_buf_take(&b, out);
}

/* --- how they are kept --- */

static apus_str copy(apus_worker *w, apus_str text)
{
    return apus_arena_str(apus_worker_arena(w), text);
}

static const char *copy_option(apus_worker *w, const char *text, const char *otherwise)
{
    text = text ? text : otherwise;
    return text ? copy(w, apus_str_of(text)).ptr : NULL;
}

static apus_strs copy_keys(apus_worker *w, apus_strs keys)
{
    apus_strs out = { .ptr = APUS_NEW(apus_worker_arena(w), apus_str, keys.len) };
    for (; out.ptr && out.len < keys.len; out.len++) {
        out.ptr[out.len] = copy(w, keys.ptr[out.len]);
        if (!out.ptr[out.len].ptr)
            return (apus_strs){ 0 };
    }
    return out;
}

static bool take_options(apus_worker *w, apus_sessions *s, const apus_session_options *options)
{
    apus_err err = { 0 };
    if (apus_seal_check_keys(options->keys, &err)) {
        apus_worker_fail(w, "%s", err.msg);
        return false;
    }
    s->options = *options;
    s->options.keys = copy_keys(w, options->keys);
    s->options.path = copy_option(w, options->path, "/");
    s->options.domain = copy_option(w, options->domain, NULL);
    s->options.same_site = copy_option(w, options->same_site, "lax");
    s->options.name = copy_option(w, options->name, "session");
    if (s->options.max_age <= 0)
        s->options.max_age = APUS_SESSION_AGE_DEFAULT;
    bool has_all = s->options.keys.len && s->options.path && s->options.same_site &&
                   s->options.name && (s->options.domain || !options->domain);
    if (!has_all)
        apus_worker_fail(w, "out of memory");
    else
        s->name = apus_str_of(s->options.name);
    return has_all;
}

/* A session begins as what {} is read as. */
static bool take_empty(apus_worker *w, apus_sessions *s)
{
    apus_err err = { 0 };
    void *object = apus__worker_new(w, s->model->size, s->model->align);
    apus_rc rc = object ? apus_model_prepare(s->model, &err) : APUS_NOMEM;
    if (rc == APUS_INVALID) {
        apus_worker_fail(w, "%s", err.msg);
        return false;
    }
    if (!rc)
        rc = decode(apus_worker_arena(w), s->model, APUS_STR("{}"), object);
    if (rc == APUS_INVALID)
        apus_worker_fail(w,
                         "a session begins empty: each member of %s needs a default or is a "
                         "pointer",
                         s->model->name);
    if (!rc)
        rc = encode(apus_worker_arena(w), s->model, object, &s->empty);
    if (rc)
        apus_worker_fail(w, "%s", apus_rc_text(rc));
    return rc == APUS_OK;
}

const apus_sessions *apus__sessions_create(apus_worker *w, const apus_model *m,
                                           const apus_session_options *options)
{
    apus_sessions *s = apus_worker_new(w, apus_sessions);
    if (!s)
        return NULL;
    s->model = m;
    return take_options(w, s, options) && take_empty(w, s) ? s : NULL;
}

/* --- reading --- */

/* Fills in from one cookie; false where it does not count. */
static bool read_cookie(apus_req *req, struct session *s, apus_str value)
{
    apus_arena *a = apus_req_arena(req);
    const apus_session_options *o = &s->kept->options;
    apus_sealed sealed;
    apus_rc rc =
        apus_seal_read(a, o->keys, s->kept->name, seconds_now(), o->max_age, value, &sealed);
    if (!rc)
        rc = decode(a, s->kept->model, sealed.text, s->object);
    if (rc == APUS_NOMEM)
        apus_abort(req, 503, NULL, "out of memory");
    if (rc)
        return false;
    s->before = sealed.text;
    s->sealed_at = sealed.at;
    s->old_key = sealed.key != 0;
    return true;
}

/* Of several cookies of that name (a neighbour's domain may have set one) the first that counts. */
static bool read_cookies(apus_req *req, struct session *s)
{
    const apus_http_request *h = apus_req_http(req);
    for (uint32_t i = 0; i < h->n_headers; i++) {
        if (!apus_str_eq_nocase(h->headers[i].name, APUS_STR("cookie")))
            continue;
        apus_str rest = h->headers[i].value, name, value;
        while (apus_cookie_next(&rest, &name, &value))
            if (apus_str_eq(name, s->kept->name) && read_cookie(req, s, value))
                return true;
    }
    return false;
}

/* --- writing --- */

static void send_cookie(apus_req *req, const struct session *s, const char *value, int64_t max_age)
{
    const apus_session_options *o = &s->kept->options;
    apus_set_cookie(req, o->name, value,
                    &(apus_cookie){ .path = o->path,
                                    .domain = o->domain,
                                    .same_site = o->same_site,
                                    .max_age = max_age,
                                    .secure = o->https_only,
                                    .http_only = true });
}

static void seal(apus_req *req, const struct session *s, apus_str text)
{
    const apus_session_options *o = &s->kept->options;
    apus_buf b = apus_buf_in(apus_req_arena(req));
    apus_str value;
    apus_rc rc = apus_seal_write(&b, o->keys, s->kept->name, seconds_now(), text);
    if (rc || apus_buf_take(&b, &value))
        apus_fail(req, 503, NULL, "out of memory");
    else if (value.len + s->kept->name.len > APUS_SESSION_COOKIE_MAX)
        apus_fail(req, 500, "session_too_large", "The session is too large for a cookie");
    else
        send_cookie(req, s, value.ptr, o->until_closed ? 0 : o->max_age);
}

static bool is_due(const struct session *s)
{
    return s->old_key || seconds_now() - s->sealed_at > s->kept->options.max_age / 2;
}

static void keep(apus_req *req, void *arg)
{
    struct session *s = arg;
    apus_str after = s->kept->empty;
    if (apus_failed(req))
        return;
    apus_rc rc =
        s->is_ended ? APUS_OK : encode(apus_req_arena(req), s->kept->model, s->object, &after);
    if (rc == APUS_INVALID) {
        apus_fail(req, 500, "session_invalid", "The session breaks its model");
    } else if (rc) {
        apus_fail(req, 503, NULL, "out of memory");
    } else if (apus_str_eq(after, s->kept->empty)) {
        if (s->sealed_at)
            send_cookie(req, s, "", -1);
    } else if (!s->sealed_at || !apus_str_eq(after, s->before) || is_due(s)) {
        seal(req, s, after);
    }
}

void *apus_session(apus_req *req, const apus_sessions *sessions)
{
    size_t size = offsetof(struct session, object) + sessions->model->size;
    struct session *s = apus_arena_alloc(apus_req_arena(req), size, _Alignof(max_align_t));
    if (!s)
        apus_abort(req, 503, NULL, "out of memory");
    *s = (struct session){ .kept = sessions };
    if (!read_cookies(req, s) &&
        decode(apus_req_arena(req), sessions->model, APUS_STR("{}"), s->object))
        apus_abort(req, 503, NULL, "out of memory");
    apus_finally(req, keep, s);
    apus_set_header(req, "vary", "Cookie");
    return s->object;
}

void apus_session_end(void *session)
{
    struct session *s =
        (struct session *)(void *)((char *)session - offsetof(struct session, object));
    s->is_ended = true;
}
