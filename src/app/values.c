#include "app/values.h"

#include "apus/url.h"
#include "app/wire.h"

/* --- lists of pairs --- */

apus_rc apus__pairs_add(apus_arena *a, apus__pairs *to, apus_str name, apus_str value)
{
    if (to->n == (to->max ? to->max : APUS__PAIRS_MAX))
        return APUS_LIMIT;
    if (to->n == to->room) {
        uint32_t room = to->room ? to->room * 2 : 8;
        apus__pair *items = apus_arena_alloc(a, room * sizeof(*items), _Alignof(apus__pair));
        if (!items)
            return APUS_NOMEM;
        if (to->n)
            memcpy(items, to->items, to->n * sizeof(*items));
        to->items = items;
        to->room = room;
    }
    to->items[to->n++] = (apus__pair){ name, value };
    return APUS_OK;
}

static apus_rc decode(apus_arena *a, apus_str *text)
{
    apus_rc rc = apus_form_decode(a, *text, text);
    if (!rc)
        *text = apus__text_valid(a, *text);
    return rc || text->ptr ? rc : APUS_NOMEM;
}

/* The next pair, if there is one and nothing in it to decode: then it can be taken as it is. */
static bool next_plain(apus_str *rest, apus_str *name, apus_str *value)
{
    const char *begin = rest->ptr, *end = begin + rest->len, *equals = NULL, *p = begin;
    for (; p < end && *p != '&'; p++) {
        if (*p == '%' || *p == '+' || (unsigned char)*p >= 0x80)
            return false;
        if (*p == '=' && !equals)
            equals = p;
    }
    if (p == begin)
        return false;
    *name = (apus_str){ begin, (size_t)((equals ? equals : p) - begin) };
    *value = equals ? (apus_str){ equals + 1, (size_t)(p - equals - 1) } : APUS_STR("");
    apus_str_cut(rest, (size_t)(p - begin) + (p < end));
    return true;
}

static apus_rc read_urlencoded(apus_req *req, apus_str text, apus__pairs *out)
{
    apus_arena *a = &req->x->arena;
    apus_str name, value;
    apus_rc rc = APUS_OK;
    *out = (apus__pairs){ .read = true, .max = out->max };
    while (!rc) {
        if (!next_plain(&text, &name, &value)) {
            if (!apus_query_next(&text, &name, &value))
                break;
            rc = decode(a, &name);
            if (!rc)
                rc = decode(a, &value);
        }
        if (!rc)
            rc = apus__pairs_add(a, out, name, value);
    }
    return rc;
}

apus_rc apus__values_read_form(apus_req *req, apus_str body, apus__pairs *out)
{
    return read_urlencoded(req, body, out);
}

/* Every Cookie header counts. */
static apus_rc read_cookies(apus_req *req, apus__pairs *out)
{
    const apus_http_request *h = &req->x->request;
    apus_arena *a = &req->x->arena;
    apus_rc rc = APUS_OK;
    *out = (apus__pairs){ .read = true };
    for (uint32_t i = 0; i < h->n_headers; i++) {
        if (!apus_str_eq_nocase(h->headers[i].name, APUS_STR("cookie")))
            continue;
        apus_str rest = h->headers[i].value, name, value;
        while (!rc && apus_cookie_next(&rest, &name, &value)) {
            rc = apus_cookie_read(a, value, &value);
            if (rc)
                return rc;
            name = apus__text_valid(a, name);
            value = apus__text_valid(a, value);
            rc = name.ptr && value.ptr ? apus__pairs_add(a, out, name, value) : APUS_NOMEM;
        }
    }
    return rc;
}

/* A header's value is text in UTF-8; one that is not is taken for Latin-1, which is
 * what HTTP used to be in. */
static apus_str header_text(apus_arena *a, apus_str value)
{
    if (apus_str_is_utf8(value))
        return value;
    char *to = apus_arena_alloc(a, value.len * 2 + 1, 1);
    if (!to)
        return (apus_str){ 0 };
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c >= 0x80)
            to[n++] = (char)(0xC0 | c >> 6);
        to[n++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
    }
    to[n] = 0;
    return (apus_str){ to, n };
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static apus_str lowered(apus_arena *a, apus_str text)
{
    char *to = apus_arena_alloc(a, text.len, 1);
    for (size_t i = 0; to && i < text.len; i++)
        to[i] = lower(text.ptr[i]);
    return (apus_str){ to, text.len };
}

static apus_rc read_headers(apus_req *req, apus__pairs *out)
{
    const apus_http_request *h = &req->x->request;
    *out = (apus__pairs){ .read = true, .n = h->n_headers };
    out->items = APUS_NEW(&req->x->arena, apus__pair, h->n_headers);
    if (!out->items)
        return APUS_NOMEM;
    for (uint32_t i = 0; i < h->n_headers; i++) {
        out->items[i].name = lowered(&req->x->arena, h->headers[i].name);
        out->items[i].value = header_text(&req->x->arena, h->headers[i].value);
        if (!out->items[i].name.ptr || !out->items[i].value.ptr)
            return APUS_NOMEM;
    }
    return APUS_OK;
}

apus_rc apus__values_all(apus_req *req, apus_in in, const apus__pairs **out)
{
    apus_rc rc = APUS_OK;
    switch (in) {
    case APUS_IN_query:
        if (!apus__req_rare(req)->query.read)
            rc = read_urlencoded(req, req->x->request.query, &apus__req_rare(req)->query);
        *out = &apus__req_rare(req)->query;
        break;
    case APUS_IN_cookie:
        if (!apus__req_rare(req)->cookies.read)
            rc = read_cookies(req, &apus__req_rare(req)->cookies);
        *out = &apus__req_rare(req)->cookies;
        break;
    case APUS_IN_header:
        if (!apus__req_rare(req)->headers_in.read)
            rc = read_headers(req, &apus__req_rare(req)->headers_in);
        *out = &apus__req_rare(req)->headers_in;
        break;
    case APUS_IN_form:
    case APUS_IN_path:
    case APUS_IN_body:
    case APUS_IN_file:
    case APUS_IN_depends:
    case APUS_IN_security:
        *out = &apus__req_rare(req)->form;
        break;
    }
    return rc;
}

/* --- by name --- */

bool apus__value_is(const apus__pair *p, apus_in in, apus_str name, apus__spelling spelling)
{
    if (in != APUS_IN_header)
        return apus_str_eq(p->name, name);
    if (p->name.len != name.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i] == '_' && spelling == APUS__HYPHENS ? '-' : lower(name.ptr[i]);
        if (p->name.ptr[i] != c)
            return false;
    }
    return true;
}

/* A single header is looked up where it stands. */
static apus_rc get_header(apus_req *req, apus_str name, apus_str *out)
{
    const apus_http_header *h = apus_http_header_find(&req->x->request, name);
    if (!h)
        return APUS_NOT_FOUND;
    *out = header_text(&req->x->arena, h->value);
    return out->ptr ? APUS_OK : APUS_NOMEM;
}

apus_rc apus__value_get(apus_req *req, apus_in in, apus_str name, apus__spelling spelling,
                        apus_str *out)
{
    if (in == APUS_IN_header && spelling == APUS__AS_WRITTEN)
        return get_header(req, name, out);
    const apus__pairs *all;
    apus_rc rc = apus__values_all(req, in, &all);
    if (rc)
        return rc;
    rc = APUS_NOT_FOUND;
    for (uint32_t i = 0; i < all->n; i++) {
        if (!apus__value_is(&all->items[i], in, name, spelling))
            continue;
        *out = all->items[i].value;
        rc = APUS_OK;
        if (in == APUS_IN_header)
            break;
    }
    return rc;
}

apus_rc apus__value_list(apus_req *req, apus_in in, apus_str name, apus__spelling spelling,
                         apus_str **out, size_t *n)
{
    const apus__pairs *all;
    apus_rc rc = apus__values_all(req, in, &all);
    if (rc)
        return rc;
    *n = 0;
    for (uint32_t i = 0; i < all->n; i++)
        *n += apus__value_is(&all->items[i], in, name, spelling);
    *out = NULL;
    if (*n == 0)
        return APUS_OK;
    *out = APUS_NEW(&req->x->arena, apus_str, *n);
    if (!*out)
        return APUS_NOMEM;
    size_t at = 0;
    for (uint32_t i = 0; i < all->n; i++)
        if (apus__value_is(&all->items[i], in, name, spelling))
            (*out)[at++] = all->items[i].value;
    return APUS_OK;
}
