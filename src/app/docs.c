/* /openapi.json, /docs, /redoc and the files they load.
 *
 * They are routes like any other, added before the app's own so that a catch-all of
 * the app does not swallow them, and answered without a handler.  Everything is
 * compressed already; a client that takes no gzip costs an inflate. */
#include "app/service.h"

#include <string.h>

#include "apus/accept.h"
#include "app/assets.h"
#include "app/docs_dev.h"
#include "app/docs_page.h"
#include "app/document.h"

/* Scripts and styles of our own, and of where the app says that they are. */
#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'%s%.*s; style-src 'self' 'unsafe-inline'%s%.*s; "        \
    "img-src 'self' data: https:; font-src 'self' data:; connect-src *; worker-src blob:; "        \
    "child-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

/* A page, and what may be loaded into it. */
struct html {
    apus_str text;
    const char *policy;
};

/* What our own routes answer with; one per app. */
/* What was inflated for a client that takes no gzip, and is for the next one. */
struct kept {
    const void *gzip; /* whose text it is */
    apus_str text;
};

enum { KEPT_MAX = 4 }; /* the document and three assets: all that may be large */

struct apus__docs {
    const apus_app *app;
    apus_str prefix; /* of the app within others */
    struct html swagger, redoc, redirect;
    apus_blob openapi;
    char openapi_etag[24];
    char page_etag[24]; /* of both pages and our own files */
    struct kept kept[KEPT_MAX];
};

/* Of which app, and where it stands. */
struct place {
    const apus_app *app;
    apus_str root; /* what a proxy takes off: only what browsers see begins with it */
    apus_str prefix;
    struct apus__docs *docs;
};

static const apus_docs_page as_usual;

static bool takes_gzip(const apus_req *req)
{
    apus_str list = apus__req_raw_header(req, APUS_STR("accept-encoding"));
    return apus_accept_weight(list, APUS_STR("gzip")) > 0;
}

/* Inflating takes milliseconds and the text megabytes: as often as somebody asks, and for as long
 * as he does not read it, would be too much. */
static apus_rc inflate_once(apus_req *req, const apus_blob *blob, apus_str *out)
{
    struct apus__docs *d = (struct apus__docs *)(uintptr_t)req->plan->docs;
    struct kept *k = d->kept, *end = k + KEPT_MAX;
    if (!blob->gzip_len)
        return apus_blob_text(blob, &req->x->arena, out);
    while (k < end && k->gzip && k->gzip != blob->gzip)
        k++;
    if (k == end)
        return apus_blob_text(blob, &req->x->arena, out);
    if (!k->gzip) {
        apus_rc rc = apus_blob_text(blob, &req->service->arena, &k->text);
        if (rc)
            return rc;
        k->gzip = blob->gzip;
    }
    *out = k->text;
    return APUS_OK;
}

/* Whether the client has this version already (RFC 9110 section 13.1.2). */
static bool is_known(const apus_req *req, apus_str etag)
{
    apus_str rest = apus__req_raw_header(req, APUS_STR("if-none-match"));
    if (apus_str_eq(apus_str_trim(rest), APUS_STR("*")))
        return true;
    while (rest.len) {
        size_t comma = apus_str_find(rest, ',');
        apus_str one = apus_str_trim(apus_str_cut(&rest, comma < rest.len ? comma : rest.len));
        if (rest.len)
            apus_str_cut(&rest, 1);
        if (apus_str_starts(one, APUS_STR("W/")))
            one = apus_str_slice(one, 2, SIZE_MAX);
        if (one.len == etag.len + 2 && apus_str_eq(apus_str_slice(one, 1, etag.len), etag))
            return true;
    }
    return false;
}

struct page {
    const char *type;
    const char *etag;
    const char *cache;
    const char *policy; /* Content-Security-Policy, or NULL */
    apus_blob blob;
};

static apus_blob blob_of(apus_str text)
{
    return (apus_blob){ .text = (const uint8_t *)text.ptr, .text_len = text.len };
}

static void set_headers(apus_req *req, const struct page *p)
{
    apus_set_header(req, "etag", apus_strf(req, "W/\"%s\"", p->etag).ptr);
    apus_set_header(req, "cache-control", p->cache);
    apus_set_header(req, "vary", "accept-encoding");
    apus_set_header(req, "x-content-type-options", "nosniff");
    if (p->policy)
        apus_set_header(req, "content-security-policy", p->policy);
}

static void answer(apus_req *req, const struct page *p)
{
    set_headers(req, p);
    if (is_known(req, apus_str_of(p->etag))) {
        apus_set_status(req, 304);
        req->response = apus_text(req, APUS_STR(""));
        return;
    }
    apus_str body;
    if (p->blob.gzip_len && takes_gzip(req)) {
        apus_set_header(req, "content-encoding", "gzip");
        body = (apus_str){ (const char *)p->blob.gzip, p->blob.gzip_len };
    } else {
        apus_rc rc = inflate_once(req, &p->blob, &body);
        if (rc == APUS_NOMEM)
            apus_abort(req, 503, NULL, "out of memory");
        if (rc) {
            apus__req_broken(req, "the compiled-in page does not inflate");
            return;
        }
    }
    req->response = apus_respond_text(req, p->type, body);
}

/* The root path that a proxy has told, where it is another than the service knows; else empty. */
static apus_str told_root(apus_req *req)
{
    apus_str root = apus_req_root_path(req);
    return apus_str_eq(root, req->service->root_path) ? APUS_STR("") : root;
}

static void write_etag(char *to, size_t room, uint64_t hash);

/* Made for this request; what a proxy tells is not kept. */
static void answer_told(apus_req *req, struct page p, apus_str text)
{
    char etag[24];
    write_etag(etag, sizeof(etag), apus_hash(text.ptr, text.len, 0));
    p.etag = etag;
    p.blob = blob_of(text);
    answer(req, &p);
}

static void answer_openapi_behind(apus_req *req, apus_str told)
{
    const struct apus__docs *d = req->plan->docs;
    apus_str text;
    apus_rc rc = apus__document_behind(d->app, &d->openapi, req->service->root_path, told,
                                       d->prefix, &req->x->arena, &text);
    if (rc)
        apus_abort(req, 503, NULL, "out of memory");
    answer_told(req, (struct page){ .type = "application/json", .cache = "no-cache" }, text);
}

static void answer_openapi(apus_req *req)
{
    apus_str told = told_root(req);
    if (told.len) {
        answer_openapi_behind(req, told);
        return;
    }
    answer(req, &(struct page){ .type = "application/json",
                                .etag = req->plan->docs->openapi_etag,
                                .cache = "no-cache",
                                .blob = req->plan->docs->openapi });
}

static void answer_page(apus_req *req, const struct html *html)
{
    answer(req, &(struct page){ .type = "text/html; charset=utf-8",
                                .etag = req->plan->docs->page_etag,
                                .cache = "no-cache",
                                .policy = html->policy,
                                .blob = blob_of(html->text) });
}

typedef apus_rc write_page(apus_arena *a, const struct apus__docs_options *o, apus_str *out);

static bool set_options(apus_arena *a, const struct place *at, struct apus__docs_options *o);

/* The page as it was made, or with other paths in it. */
static void answer_either(apus_req *req, const struct html *made, const apus_docs_page *look,
                          write_page *write)
{
    struct apus__docs *d = (struct apus__docs *)(uintptr_t)req->plan->docs;
    struct place at = { d->app, told_root(req), d->prefix, d };
    struct apus__docs_options o = { .page = look ? look : &as_usual,
                                    .is_dev = req->service->options.dev_status != NULL };
    apus_str text;
    if (!at.root.len) {
        answer_page(req, made);
        return;
    }
    if (!set_options(&req->x->arena, &at, &o) || write(&req->x->arena, &o, &text))
        apus_abort(req, 503, NULL, "out of memory");
    answer_told(req,
                (struct page){ .type = "text/html; charset=utf-8",
                               .cache = "no-cache",
                               .policy = made->policy },
                text);
}

static void answer_swagger(apus_req *req)
{
    const struct apus__docs *d = req->plan->docs;
    answer_either(req, &d->swagger, d->app->docs_page, apus__docs_swagger);
}

static void answer_redoc(apus_req *req)
{
    const struct apus__docs *d = req->plan->docs;
    answer_either(req, &d->redoc, d->app->redoc_page, apus__docs_redoc);
}

/* Where a login elsewhere comes back to. */
static void answer_redirect(apus_req *req)
{
    const struct apus__docs *d = req->plan->docs;
    answer_either(req, &d->redirect, d->app->docs_page, apus__docs_redirect);
}

/* Never kept by a browser: it is about this moment. */
static void answer_dev_status(apus_req *req)
{
    apus_str status = apus__docs_dev_status(req->service->options.dev_status, &req->x->arena);
    if (!status.ptr)
        apus_abort(req, 503, NULL, "out of memory");
    apus_set_header(req, "cache-control", "no-store");
    req->response = apus_respond_text(req, "application/json", status);
}

static void answer_asset(apus_req *req)
{
    apus_str name = req->values[0];
    bool is_dev = req->service->options.dev_status != NULL;
    const struct apus__asset *a = apus__asset_find(name);
    struct page own = { .etag = req->plan->docs->page_etag, .cache = "no-cache" };
    if (a) {
        answer(req,
               &(struct page){
                   .type = a->type,
                   .etag = a->etag,
                   .cache = "public, max-age=604800",
                   .blob = { .gzip = a->gzip, .gzip_len = a->gzip_len, .text_len = a->text_len } });
    } else if (apus_str_eq(name, APUS_STR("docs.css"))) {
        own.type = "text/css; charset=utf-8";
        own.blob = blob_of(apus__docs_css);
        answer(req, &own);
    } else if (apus_str_eq(name, APUS_STR("docs.js"))) {
        own.type = "text/javascript; charset=utf-8";
        own.blob = blob_of(apus__docs_js);
        answer(req, &own);
    } else if (apus_str_eq(name, APUS_STR("oauth2-redirect.js"))) {
        own.type = "text/javascript; charset=utf-8";
        own.blob = blob_of(apus__docs_redirect_js);
        answer(req, &own);
    } else if (is_dev && apus_str_eq(name, APUS_STR("dev.js"))) {
        own.type = "text/javascript; charset=utf-8";
        own.blob = blob_of(apus__docs_dev_js);
        answer(req, &own);
    } else if (is_dev && apus_str_eq(name, APUS_STR("dev-status"))) {
        answer_dev_status(req);
    } else {
        apus_fail(req, 404, NULL, "Not Found");
    }
}

/* --- adding the routes --- */

static apus_str path_of(apus_service *s, const struct place *at, const char *path, const char *rest)
{
    return apus_arena_strf(&s->arena, "%.*s%s%s", APUS_FMT(at->prefix), path, rest);
}

/* GET and HEAD, as Starlette does for its plain routes. */
static apus_rc add(apus_service *s, const struct place *at, const char *path,
                   void (*fn)(apus_req *req), apus_err *err)
{
    static const apus_method methods[] = { APUS_METHOD_GET, APUS_METHOD_HEAD };
    apus_rc rc = APUS_OK;
    for (size_t i = 0; !rc && i < 2; i++) {
        apus_route *r = APUS_NEW(&s->arena, apus_route, 1);
        apus_str whole = path_of(s, at, path, "");
        if (!r || !whole.ptr)
            return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the docs");
        *r = (apus_route){ .method = methods[i],
                           .path = whole,
                           .name = "docs",
                           .status = 200,
                           .flags = APUS_ROUTE_hidden };
        rc = apus__plans_add_own(&s->plans, r, fn, &s->arena, err);
        if (!rc) {
            s->plans.items[s->plans.n - 1].app = at->app;
            s->plans.items[s->plans.n - 1].docs = at->docs;
        }
    }
    return rc;
}

static void write_etag(char *to, size_t room, uint64_t hash)
{
    static const char digits[] = "0123456789abcdef";
    size_t i = 0;
    for (; i < 16 && i + 1 < room; i++, hash <<= 4)
        to[i] = digits[hash >> 60];
    to[i] = 0;
}

static void write_etags(struct apus__docs *d)
{
    const apus_blob *blob = &d->openapi;
    uint64_t hash = blob->gzip_len ? apus_hash(blob->gzip, blob->gzip_len, 0)
                                   : apus_hash(blob->text, blob->text_len, 0);
    write_etag(d->openapi_etag, sizeof(d->openapi_etag), hash);
    const apus_str texts[] = { d->swagger.text, d->redoc.text, d->redirect.text,
                               apus__docs_css,  apus__docs_js, apus__docs_redirect_js };
    hash = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        hash = apus_hash(texts[i].ptr, texts[i].len, hash);
    write_etag(d->page_etag, sizeof(d->page_etag), hash);
}

/* "https://cdn.example" of "https://cdn.example/ui.js"; "" of a path, which is our own. */
static apus_str origin_of(const char *url)
{
    apus_str all = apus_str_of(url ? url : "");
    const char *scheme = url ? strstr(url, "://") : NULL;
    if (!scheme)
        return APUS_STR("");
    size_t host = (size_t)(scheme - url) + 3;
    size_t len = apus_str_find(apus_str_slice(all, host, SIZE_MAX), '/');
    return apus_str_slice(all, 0, len < all.len ? host + len : all.len);
}

static const char *policy_of(apus_service *s, const apus_docs_page *page)
{
    apus_str script = origin_of(page->script), style = origin_of(page->style);
    return apus_arena_strf(&s->arena, PAGE_POLICY, script.len ? " " : "", APUS_FMT(script),
                           style.len ? " " : "", APUS_FMT(style))
        .ptr;
}

/* Where the login comes back to; "" for nowhere. */
static apus_str redirect_path(apus_arena *a, const apus_app *app)
{
    if (app->docs_page && app->docs_page->oauth_redirect)
        return apus_str_of(app->docs_page->oauth_redirect);
    return app->docs_path ? apus_arena_strf(a, "%s/oauth2-redirect", app->docs_path) : APUS_STR("");
}

static bool write_html(apus_service *s, const struct place *at, struct apus__docs_options *o)
{
    const apus_app *app = at->app;
    struct apus__docs *d = at->docs;
    o->page = app->docs_page ? app->docs_page : &as_usual;
    d->swagger.policy = policy_of(s, o->page);
    d->redirect.policy = policy_of(s, &as_usual);
    bool ok = d->swagger.policy && d->redirect.policy &&
              !apus__docs_swagger(&s->arena, o, &d->swagger.text) &&
              !apus__docs_redirect(&s->arena, o, &d->redirect.text);
    o->page = app->redoc_page ? app->redoc_page : &as_usual;
    d->redoc.policy = policy_of(s, o->page);
    return ok && d->redoc.policy && !apus__docs_redoc(&s->arena, o, &d->redoc.text);
}

/* With the root path in front: what browsers ask for. */
static apus_str seen_path(apus_arena *a, const struct place *at, const char *path, const char *rest)
{
    return apus_arena_strf(a, "%.*s%.*s%s%s", APUS_FMT(at->root), APUS_FMT(at->prefix), path, rest);
}

static const char *docs_base(const apus_app *app)
{
    return app->docs_path ? app->docs_path : app->redoc_path;
}

/* All paths and names; false without memory. */
static bool set_options(apus_arena *a, const struct place *at, struct apus__docs_options *o)
{
    const apus_app *app = at->app;
    apus_str redirect = redirect_path(a, app);
    o->title = apus_str_of(app->title);
    o->openapi = seen_path(a, at, app->openapi_path, "");
    o->assets = seen_path(a, at, docs_base(app), "/assets/");
    o->is_complete = apus__asset_find(APUS_STR("swagger-ui-bundle.js")) != NULL;
    if (redirect.len)
        o->redirect = seen_path(a, at, redirect.ptr, "");
    return redirect.ptr && o->openapi.ptr && o->assets.ptr && (o->redirect.ptr || !redirect.len);
}

static apus_rc add_pages(apus_service *s, const struct place *at, apus_err *err)
{
    const apus_app *app = at->app;
    if (!docs_base(app))
        return APUS_OK;
    struct apus__docs_options o = { .is_dev = s->options.dev_status != NULL };
    apus_str redirect = redirect_path(&s->arena, app);
    apus_str pattern = apus_arena_strf(&s->arena, "%s/assets/{name}", docs_base(app));
    if (!pattern.ptr || !set_options(&s->arena, at, &o) || !write_html(s, at, &o))
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the docs");
    apus_rc rc = add(s, at, pattern.ptr, answer_asset, err);
    if (!rc && app->docs_path)
        rc = add(s, at, app->docs_path, answer_swagger, err);
    if (!rc && redirect.len)
        rc = add(s, at, redirect.ptr, answer_redirect, err);
    if (!rc && app->redoc_path)
        rc = add(s, at, app->redoc_path, answer_redoc, err);
    return rc;
}

apus_rc apus__docs_add(apus_service *s, const apus_app *app, apus_str prefix, apus_err *err)
{
    if (s->options.hides_docs || !app->openapi || !app->openapi_path)
        return APUS_OK;
    struct place at = { app, s->root_path, prefix, APUS_NEW(&s->arena, struct apus__docs, 1) };
    if (!at.docs)
        return apus_err_set(err, APUS_NOMEM, "out of memory while preparing the docs");
    at.docs->app = app;
    at.docs->prefix = prefix;
    apus_rc rc = apus__document_make(app, at.root, prefix, &s->arena, &at.docs->openapi, err);
    if (!rc)
        rc = add(s, &at, app->openapi_path, answer_openapi, err);
    if (!rc)
        rc = add_pages(s, &at, err);
    if (!rc)
        write_etags(at.docs);
    return rc;
}
