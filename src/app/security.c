/* Credentials: where they stand, and the 401 where they do not.
 *
 *     key      a header, query parameter or cookie, as it is
 *     bearer   Authorization: Bearer VALUE
 *     basic    Authorization: Basic BASE64, decoded: "user:password"
 *     digest   Authorization: Digest PARAMETERS, as they are
 *
 * A header that is sent twice is none: who stands in front of us may have looked at the other.
 * A parameter that is a pointer makes the credential optional: NULL without one. */
#include "app/bind.h"

#include "apus/text.h"
#include "app/values.h"

static bool is_repeated(const apus_req *req, apus_str name)
{
    const apus_http_request *h = &req->x->request;
    uint32_t n = 0;
    for (uint32_t i = 0; i < h->n_headers; i++)
        n += apus_str_eq_nocase(h->headers[i].name, name);
    return n > 1;
}

static apus_rc find_key(apus_req *req, const apus_security *s, apus_str *out)
{
    if (s->in == APUS_IN_header && is_repeated(req, s->key))
        return APUS_NOT_FOUND;
    apus_rc rc = apus__value_get(req, s->in, s->key, APUS__AS_WRITTEN, out);
    return rc == APUS_OK && out->len == 0 ? APUS_NOT_FOUND : rc;
}

/* What stands behind the scheme's name in Authorization (RFC 9110 section 11.6.2). */
static apus_rc find_authorization(apus_req *req, apus_str scheme, apus_str *out)
{
    apus_str value = apus__req_raw_header(req, APUS_STR("authorization"));
    size_t space = apus_str_find(value, ' ');
    if (space == SIZE_MAX || !apus_str_eq_nocase(apus_str_slice(value, 0, space), scheme))
        return APUS_NOT_FOUND;
    *out = apus_str_trim(apus_str_slice(value, space + 1, SIZE_MAX));
    return out->len && !is_repeated(req, APUS_STR("authorization")) ? APUS_OK : APUS_NOT_FOUND;
}

static apus_rc find_basic(apus_req *req, apus_str *out)
{
    apus_rc rc = find_authorization(req, APUS_STR("Basic"), out);
    if (rc)
        return rc;
    apus_buf b = apus_buf_in(&req->x->arena);
    if (!apus_base64_read(&b, *out))
        return b.failed ? APUS_NOMEM : APUS_NOT_FOUND;
    if (apus_buf_take(&b, out))
        return APUS_NOMEM;
    return apus_str_find(*out, ':') != SIZE_MAX ? APUS_OK : APUS_NOT_FOUND;
}

static apus_rc find(apus_req *req, const apus_security *s, apus_str *out)
{
    apus_rc rc = APUS_NOT_FOUND;
    switch (s->kind) {
    case APUS_SECURITY_key:
        rc = find_key(req, s, out);
        break;
    case APUS_SECURITY_bearer:
        rc = find_authorization(req, APUS_STR("Bearer"), out);
        break;
    case APUS_SECURITY_basic:
        rc = find_basic(req, out);
        break;
    case APUS_SECURITY_digest:
        rc = find_authorization(req, APUS_STR("Digest"), out);
        break;
    }
    /* A credential that is no text is none. */
    if (rc == APUS_OK && !apus_str_is_utf8(*out))
        return APUS_NOT_FOUND;
    if (rc == APUS_OK)
        *out = apus_arena_str(&req->x->arena, *out);
    return rc == APUS_OK && !out->ptr ? APUS_NOMEM : rc;
}

void apus__refuse_stranger(apus_req *req, const apus_security *s)
{
    apus_fail(req, 401, NULL, "Not authenticated");
    apus_fail_header(req, "www-authenticate", s->challenge.ptr);
}

apus_rc apus__bind_security(apus_req *req, const apus_param *param, void *args)
{
    const apus_security *s = param->security;
    char *at = (char *)args + param->field.offset;
    bool optional = param->field.flags & APUS_FIELD_pointer;
    apus_str value = APUS_STR("");
    apus_rc rc = find(req, s, &value);
    if (rc && rc != APUS_NOT_FOUND) {
        apus__req_unreadable(req, rc);
    } else if (rc && !optional) {
        memcpy(at, &APUS_STR(""), sizeof(apus_str));
        return APUS_NOT_FOUND;
    } else if (!rc && optional) {
        /* The declared type is a struct around one apus_str. */
        apus_str *held = APUS_NEW(&req->x->arena, apus_str, 1);
        if (held)
            *held = value;
        else
            apus__req_no_memory(req);
        memcpy(at, &held, sizeof(apus_str *));
    } else if (!rc) {
        memcpy(at, &value, sizeof(value));
    }
    return APUS_OK;
}
