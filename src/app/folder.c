/* Folders of files: which one a path means, found in one go on a pool thread.
 *
 *     the file itself, or its index     200, 206, 304 ...
 *     a folder without its slash        307 to the path with one
 *     a browser where nothing is        the front end's page, 200
 *     else                              the folder's page of a 404, or plain 404 */
#include "app/file.h"

#include "apus/accept.h"
#include "apus/media.h"
#include "app/wire.h"

enum found {
    FOUND_file,
    FOUND_slash, /* a folder; its address lacks the slash */
    FOUND_fallback,
    FOUND_not_found_page,
    FOUND_nothing,
    FOUND_trouble, /* the folder itself cannot be read */
};

struct search {
    apus_str path;
    const apus_folder_options *options;
    apus_str accept_encoding;
    bool has_slash, wants_page; /* of the request: its path ends so; it is a browser's */
    enum found found;
    apus_str name; /* below the folder, of what was found */
    const char *coding;
    apus_disk_file file;
};

/* --- on the thread --- */

static apus_rc open_named(struct search *s, apus_str name)
{
    s->name = name;
    return apus_disk_open_below(s->options->folder, name, &s->file);
}

/* As open_named; a folder is as good as nothing. */
static bool open_page(struct search *s, const char *name)
{
    if (!name || open_named(s, apus_str_of(name)))
        return false;
    if (s->file.is_folder)
        apus_disk_close(&s->file);
    return !s->file.is_folder;
}

static enum found instead(struct search *s)
{
    if (s->wants_page && open_page(s, s->options->fallback))
        return FOUND_fallback;
    return open_page(s, s->options->not_found) ? FOUND_not_found_page : FOUND_nothing;
}

/* The file of the path, or the index of its folder. */
static enum found find_itself(apus_req *req, struct search *s)
{
    apus_rc rc = open_named(s, s->path);
    if (rc == APUS_NOT_FOUND)
        return instead(s);
    if (rc)
        return FOUND_trouble;
    if (!s->file.is_folder) {
        if (!s->has_slash)
            return FOUND_file;
        apus_disk_close(&s->file);
        return instead(s);
    }
    apus_disk_close(&s->file);
    if (!s->options->index)
        return instead(s);
    apus_str path = s->path;
    while (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    apus_str index = apus_arena_strf(&req->x->arena, "%.*s%s%s", APUS_FMT(path),
                                     path.len ? "/" : "", s->options->index);
    if (!index.ptr || !open_page(s, index.ptr))
        return instead(s);
    if (s->has_slash)
        return FOUND_file;
    apus_disk_close(&s->file);
    return FOUND_slash;
}

/* The same in fewer bytes, where that lies beside it. */
static void prefer_compressed(apus_req *req, struct search *s)
{
    static const struct {
        const char *coding, *ending;
    } codings[] = { { "br", "br" }, { "zstd", "zst" }, { "gzip", "gz" } };
    for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
        apus_disk_file file;
        if (apus_accept_weight(s->accept_encoding, apus_str_of(codings[i].coding)) <= 0)
            continue;
        apus_str name =
            apus_arena_strf(&req->x->arena, "%.*s.%s", APUS_FMT(s->name), codings[i].ending);
        if (!name.ptr || apus_disk_open_below(s->options->folder, name, &file))
            continue;
        apus_disk_close(file.is_folder ? &file : &s->file);
        if (file.is_folder)
            continue;
        s->file = file;
        s->coding = codings[i].coding;
        return;
    }
}

static void *search(apus_req *req, void *arg)
{
    struct search *s = arg;
    s->found = find_itself(req, s);
    if (s->options->compressed && s->found < FOUND_nothing && s->found != FOUND_slash)
        prefer_compressed(req, s);
    return s;
}

/* --- the answer --- */

static apus_response *redirect_to_slash(apus_req *req)
{
    const apus_http_request *r = &req->x->request;
    apus_str to = apus_strf(req, "%.*s/%s%.*s", APUS_FMT(apus_req_path(req)),
                            r->query.len ? "?" : "", APUS_FMT(r->query));
    /* "//host" would be another server */
    size_t extra = 0;
    while (extra + 1 < to.len && to.ptr[extra + 1] == '/')
        extra++;
    return apus_redirect(req, 307, to.ptr + extra);
}

static apus_response *answer(apus_req *req, struct search *s)
{
    const apus_folder_options *o = s->options;
    apus_response *r = apus__file_response(req, &s->file, s->name, apus_media_of_name(s->name));
    if (s->coding)
        apus_set_header(req, "Content-Encoding", s->coding);
    if (o->compressed)
        apus_set_header(req, "Vary", o->fallback ? "Accept-Encoding, Accept" : "Accept-Encoding");
    else if (o->fallback)
        apus_set_header(req, "Vary", "Accept");
    if (s->found != FOUND_file) /* another page tomorrow */
        apus_set_header(req, "Cache-Control", "no-cache");
    else if (o->cache_control)
        apus_set_header(req, "Cache-Control", o->cache_control);
    if (s->found == FOUND_not_found_page)
        apus_set_status(req, 404);
    return r;
}

apus_response *apus_folder(apus_req *req, apus_str path, const apus_folder_options *options)
{
    const apus_http_request *http = &req->x->request;
    struct search s = {
        .path = path,
        .options = options,
        .accept_encoding = apus__req_raw_header(req, APUS_STR("accept-encoding")),
        .has_slash = http->path.len && http->path.ptr[http->path.len - 1] == '/',
        .wants_page = apus_accept_weight(apus__req_raw_header(req, APUS_STR("accept")),
                                         APUS_STR("text/html")) > 0,
        .found = FOUND_nothing,
        .file = { .fd = -1 },
    };
    if (apus__req_is_on_thread())
        search(req, &s);
    else if (!apus_offload(req, search, &s) && s.found < FOUND_nothing)
        apus_disk_close(&s.file); /* opened for a request that ended meanwhile */
    if (apus_failed(req))
        return NULL;
    if (s.found == FOUND_slash)
        return redirect_to_slash(req);
    if (s.found == FOUND_nothing)
        return apus_fail(req, 404, NULL, "Not Found");
    if (s.found == FOUND_trouble) {
        apus__req_broken(req, "apus_folder: %s cannot be read", options->folder);
        return NULL;
    }
    return answer(req, &s);
}
