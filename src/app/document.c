#include "app/document.h"

#include <string.h>
#include <zlib.h>

#include "apus/json.h"

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 9 }; /* zlib's way to ask for a gzip header */

#define DOCUMENT_MEMORY_MAX ((size_t)256 << 20)

/* --- what the operator says --- */

apus_rc apus__root_path(const apus_app *app, const char *said, apus_str *out, apus_err *err)
{
    apus_str root = apus_str_of(said ? said : app->root_path ? app->root_path : "");
    if (root.len && (root.ptr[0] != '/' || root.ptr[root.len - 1] == '/'))
        return apus_err_set(err, APUS_INVALID,
                            "the root path \"%s\" must begin with '/', and not end with one",
                            root.ptr);
    *out = root;
    return APUS_OK;
}

/* --- changes --- */

static apus_json *server_of(apus_arena *a, apus_str url)
{
    apus_json *server = apus_json_object(a);
    apus_json_set(a, server, "url", apus_json_text(a, url));
    return server;
}

/* The root path first; a server that is the app's place in another one moves with it, and so does
 * one behind a root path that was there before. */
static bool add_root(apus_arena *a, apus_json *document, apus_str root, apus_str before,
                     apus_str prefix)
{
    apus_str old = apus_arena_strf(a, "%.*s%.*s", APUS_FMT(before), APUS_FMT(prefix));
    apus_json *list = apus_json_array(a), *known = apus_json_get(document, "servers");
    apus_str url = apus_arena_strf(a, "%.*s%.*s", APUS_FMT(root), APUS_FMT(prefix));
    bool ok = url.ptr && old.ptr && apus_json_add(list, server_of(a, url));
    for (apus_json *server = known ? known->first : NULL, *next; ok && server; server = next) {
        apus_str there = apus_json_text_or(apus_json_get(server, "url"), APUS_STR(""));
        next = server->next;
        if (!old.len || !apus_str_eq(there, old))
            ok = apus_json_add(list, server);
    }
    return ok && apus_json_set(a, document, "servers", list);
}

static voidpf take(voidpf arena, uInt n, uInt size)
{
    return apus__arena_array(arena, n, size, 16);
}

static void give(voidpf arena, voidpf block)
{
    (void)arena;
    (void)block;
}

static apus_rc compress_document(apus_arena *a, apus_arena *work, apus_str text, apus_blob *out)
{
    z_stream z = { .zalloc = take, .zfree = give, .opaque = work };
    if (text.len >= UINT32_MAX || deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
                                               GZIP_MEMORY, Z_DEFAULT_STRATEGY))
        return APUS_NOMEM;
    uLong room = deflateBound(&z, text.len);
    uint8_t *gzip = apus_arena_alloc(a, room, 1);
    z.next_in = (z_const Bytef *)(uintptr_t)text.ptr;
    z.avail_in = (uInt)text.len;
    z.next_out = gzip;
    z.avail_out = (uInt)room;
    bool done = gzip && deflate(&z, Z_FINISH) == Z_STREAM_END;
    *out = (apus_blob){ .gzip = gzip, .gzip_len = z.total_out, .text_len = text.len };
    deflateEnd(&z);
    return done ? APUS_OK : APUS_NOMEM;
}

/* --- the document --- */

struct making {
    const apus_app *app;
    apus_str root, prefix;
    apus_arena *work; /* for all that is not kept */
    apus_err *err;
};

static apus_rc no_memory(const struct making *m)
{
    return apus_err_set(m->err, APUS_NOMEM, "out of memory while preparing the document");
}

static bool adds_root(const struct making *m)
{
    return m->root.len && !m->app->servers_as_written;
}

static apus_rc changed_text(const struct making *m, apus_str *out)
{
    apus_json *document;
    apus_str text;
    apus_rc rc = apus_blob_text(m->app->openapi, m->work, &text);
    if (!rc)
        rc = apus_json_parse(m->work, text, NULL, &document, NULL);
    if (rc && rc != APUS_NOMEM)
        return apus_err_set(m->err, APUS_SYNTAX, "%s: the compiled-in document is damaged",
                            m->app->name);
    if (rc || (adds_root(m) && !add_root(m->work, document, m->root, APUS_STR(""), m->prefix)))
        return no_memory(m);
    if (m->app->openapi_edit)
        m->app->openapi_edit(document, m->work);
    apus_buf b = apus_buf_in(m->work);
    apus_json_write(&b, document);
    return apus_buf_take(&b, out) ? no_memory(m) : APUS_OK;
}

static bool is_as_written(const struct making *m)
{
    return !m->app->openapi_edit && !adds_root(m);
}

apus_rc apus__document_make(const apus_app *app, apus_str root, apus_str prefix, apus_arena *a,
                            apus_blob *out, apus_err *err)
{
    apus_arena work;
    struct making m = { app, root, prefix, &work, err };
    if (is_as_written(&m)) {
        *out = *app->openapi;
        return APUS_OK;
    }
    apus_str text;
    apus_arena_init(&work, &apus_alloc_libc, DOCUMENT_MEMORY_MAX);
    apus_rc rc = changed_text(&m, &text);
    if (!rc && compress_document(a, &work, text, out))
        rc = no_memory(&m);
    apus_arena_finish(&work);
    return rc;
}

apus_rc apus__document_behind(const apus_app *app, const apus_blob *made, apus_str root,
                              apus_str told, apus_str prefix, apus_arena *a, apus_str *out)
{
    apus_json *document;
    apus_rc rc = apus_blob_text(made, a, out);
    if (rc || app->servers_as_written)
        return rc;
    rc = apus_json_parse(a, *out, NULL, &document, NULL);
    if (rc)
        return rc;
    apus_buf b = apus_buf_in(a);
    if (!add_root(a, document, told, root, prefix))
        return APUS_NOMEM;
    apus_json_write(&b, document);
    return apus_buf_take(&b, out);
}

apus_rc apus_app_document(const apus_app *app, const char *root_path, apus_arena *a, apus_str *out,
                          apus_err *err)
{
    struct making m = { .app = app, .work = a, .err = err };
    if (!app->openapi)
        return apus_err_set(err, APUS_NOT_FOUND, "%s has no OpenAPI document", app->name);
    apus_rc rc = apus__root_path(app, root_path, &m.root, err);
    if (rc || !is_as_written(&m))
        return rc ? rc : changed_text(&m, out);
    rc = apus_blob_text(app->openapi, a, out);
    return rc ? apus_err_set(err, rc, "cannot read the OpenAPI document: %s", apus_rc_text(rc))
              : APUS_OK;
}
