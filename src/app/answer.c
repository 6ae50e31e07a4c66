/* What a handler says about its answer: status, headers, cookies, other bodies. */
#include "app/request.h"

#include "apus/conditional.h"
#include "apus/encode.h"
#include "apus/url.h"
#include "app/wire.h"

#define JSON_TYPE APUS_STR("application/json")

void apus_set_status(apus_req *req, int status)
{
    if (status < 200 || status > 599)
        apus__req_broken(req, "apus_set_status: %d is no status of an answer", status);
    else if (req->begun)
        apus__req_broken(req, "apus_set_status: the answer has begun");
    else
        req->status = status;
}

void apus_set_header(apus_req *req, const char *name, const char *value)
{
    apus_str n = apus_str_of(name), v = apus_str_of(value);
    if (!apus__header_is_safe(n, v)) {
        apus__req_broken(req, "apus_set_header: \"%s\" cannot be sent", name);
    } else if (req->begun && req->around) {
        return; /* too late; the answer is none the worse for it */
    } else if (req->begun) {
        apus__req_broken(req, "apus_set_header: the answer has begun");
    } else if (apus_str_eq_nocase(n, APUS_STR("content-type"))) {
        apus__req_rare(req)->content_type = apus_strdup(req, v);
    } else {
        apus__rare *rare = apus__req_rare(req);
        bool failure = req->rewriting || req->around, success = !req->rewriting;
        if (failure)
            apus__header_add(&rare->fail_headers, &req->x->arena, n, v);
        if (success)
            apus__header_add(&rare->headers, &req->x->arena, n, v);
        if (rare->fail_headers.failed || rare->headers.failed)
            apus_abort(req, 503, NULL, "out of memory");
    }
}

/* --- cookies (RFC 6265 section 4.1) --- */

static bool is_attribute(const char *value)
{
    return !value || !strpbrk(value, ";\r\n");
}

static void add_attributes(apus_buf *b, const apus_cookie *c)
{
    if (c->domain)
        apus_buf_addf(b, "; Domain=%s", c->domain);
    if (c->expires) {
        char date[APUS_HTTP_DATE_LEN];
        apus_http_date_print(c->expires, date);
        apus_buf_lit(b, "; Expires=");
        apus_buf_add(b, (apus_str){ date, sizeof(date) });
    }
    if (c->http_only)
        apus_buf_lit(b, "; HttpOnly");
    if (c->max_age)
        apus_buf_addf(b, "; Max-Age=%lld", c->max_age < 0 ? 0LL : (long long)c->max_age);
    if (c->partitioned)
        apus_buf_lit(b, "; Partitioned");
    apus_buf_addf(b, "; Path=%s; SameSite=%s", c->path ? c->path : "/",
                  c->same_site ? c->same_site : "lax");
    if (c->secure)
        apus_buf_lit(b, "; Secure");
}

void apus_set_cookie(apus_req *req, const char *name, const char *value, const apus_cookie *options)
{
    static const apus_cookie plain;
    const apus_cookie *c = options ? options : &plain;
    if (!apus__header_is_safe(apus_str_of(name), APUS_STR("")) || !is_attribute(c->path) ||
        !is_attribute(c->domain) || !is_attribute(c->same_site)) {
        apus__req_broken(req, "apus_set_cookie: \"%s\" cannot be sent", name);
        return;
    }
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str line;
    apus_buf_addf(&b, "%s=", name);
    apus_cookie_write(&b, apus_str_of(value));
    add_attributes(&b, c);
    if (apus_buf_take(&b, &line))
        apus_abort(req, 503, NULL, "out of memory");
    apus_set_header(req, "set-cookie", line.ptr);
}

void apus_delete_cookie(apus_req *req, const char *name, const apus_cookie *options)
{
    apus_cookie gone = options ? *options : (apus_cookie){ 0 };
    gone.max_age = -1;
    gone.expires = 0;
    apus_set_cookie(req, name, "", &gone);
}

/* --- other bodies --- */

/* status 0: the route's. */
static apus_response *respond(apus_req *req, int status, apus_str content_type, apus_str body)
{
    if (status && (status < 200 || status > 599)) {
        apus__req_broken(req, "%d is no status of an answer", status);
        return NULL;
    }
    apus_response *r = apus_new(req, apus_response);
    *r = (apus_response){ .status = status, .content_type = content_type, .body = body };
    return r;
}

apus_response *apus_text(apus_req *req, apus_str text)
{
    return respond(req, 0, APUS_STR("text/plain; charset=utf-8"), text);
}

apus_response *apus_html(apus_req *req, apus_str html)
{
    return respond(req, 0, APUS_STR("text/html; charset=utf-8"), html);
}

apus_response *apus_respond_text(apus_req *req, const char *content_type, apus_str text)
{
    apus_str type = apus_str_of(content_type);
    if (!apus__header_is_safe(APUS_STR("content-type"), type)) {
        apus__req_broken(req, "apus_bytes: the content type cannot be sent");
        return NULL;
    }
    return respond(req, 0, apus_strdup(req, type), text);
}

apus_response *apus_respond_bytes(apus_req *req, const char *content_type, apus_bytes bytes)
{
    return apus_respond_text(req, content_type, (apus_str){ (const char *)bytes.ptr, bytes.len });
}

apus_response *apus_respond_json(apus_req *req, int status, const apus_json *value)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str text;
    apus_json_write(&b, value);
    if (apus_buf_take(&b, &text))
        apus_abort(req, 503, NULL, "out of memory");
    return respond(req, status, JSON_TYPE, text);
}

/* Percent-encodes what a Location may not hold; what is encoded already stays. */
static void add_location(apus_buf *b, const char *location)
{
    static const char keep[] = ":/%#?=@[]!$&'()*+,;-._~";
    for (const char *p = location; *p; p++) {
        bool alnum =
            (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        if (alnum || strchr(keep, *p))
            apus_buf_addc(b, *p);
        else
            apus_buf_addf(b, "%%%02X", (unsigned)(unsigned char)*p);
    }
}

apus_response *apus_redirect(apus_req *req, int status, const char *location)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str text;
    add_location(&b, location ? location : "");
    if (apus_buf_take(&b, &text))
        apus_abort(req, 503, NULL, "out of memory");
    apus_set_header(req, "location", text.ptr);
    return respond(req, status ? status : 307, APUS_STR(""), APUS_STR(""));
}

void *apus_respond_with(apus_req *req, const apus_response *response)
{
    if (response)
        req->response = response;
    return NULL;
}

void *apus__respond(apus_req *req, int status, const apus_model *m, const void *object)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    apus_str text = APUS_STR("");
    apus_rc rc = apus_encode_model(&b, m, object, APUS_OMIT_nothing);
    if (!rc)
        rc = apus_buf_take(&b, &text);
    if (rc == APUS_INVALID)
        apus__req_breaks_model(req, "apus_respond:", m->name, &b);
    else if (rc)
        apus_abort(req, 503, NULL, "out of memory");
    else
        req->response = respond(req, status, JSON_TYPE, text);
    return NULL;
}
