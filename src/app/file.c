/* Files as answers: what of it is to be sent (conditions, ranges), and then piece by
 * piece, no more than one of them in memory.
 *
 * A piece that the system has at hand is read at once; for another a pool thread waits. */
#include "app/file.h"

#include <inttypes.h>
#include <stdio.h>

#include "apus/conditional.h"
#include "apus/fiber.h"
#include "apus/loop.h"
#include "apus/media.h"
#include "apus/url.h"
#include "app/log.h"
#include "app/out.h"
#include "app/wait.h"

enum {
    PIECE = 65536,       /* bytes read and sent at once; on the fiber's stack */
    ETAG_MAX = 40,       /* two numbers in hexadecimal, quotes, NUL */
    PART_HEAD_MAX = 256, /* of a part of multipart/byteranges, but for its type */
};

#define POOL_PATIENCE (30 * APUS_SECOND)      /* while the pool is full; then the file is cut off */
#define POOL_REST     (10 * APUS_MILLISECOND) /* between two looks */

struct file_answer {
    apus_response response; /* first */
    apus_disk_file file;
    char etag[ETAG_MAX];
    int64_t modified; /* seconds */
};

/* --- opening --- */

static void *open_it(apus_req *req, void *arg)
{
    apus__opening *o = arg;
    (void)req;
    o->rc = o->path ? apus_disk_open(o->path, &o->file)
                    : apus_disk_open_below(o->folder, o->below, &o->file);
    return o;
}

bool apus__file_open(apus_req *req, apus__opening *o)
{
    o->file.fd = -1;
    o->rc = APUS_CANCELLED;
    if (apus__req_is_on_thread())
        open_it(req, o);
    else if (!apus_offload(req, open_it, o) && o->rc == APUS_OK)
        apus_disk_close(&o->file); /* opened for a request that ended meanwhile */
    return !apus_failed(req);
}

static void close_file(void *arg)
{
    apus_disk_close(arg);
}

/* --- what of it is sent --- */

static apus_conditions conditions_of(const apus_req *req)
{
    return (apus_conditions){
        .if_match = apus__req_raw_header(req, APUS_STR("if-match")),
        .if_none_match = apus__req_raw_header(req, APUS_STR("if-none-match")),
        .if_modified_since = apus__req_raw_header(req, APUS_STR("if-modified-since")),
        .if_unmodified_since = apus__req_raw_header(req, APUS_STR("if-unmodified-since")),
        .range = apus__req_raw_header(req, APUS_STR("range")),
        .if_range = apus__req_raw_header(req, APUS_STR("if-range")),
    };
}

/* Out of memory the head stays as it is. */
static void add_line(apus_req *req, apus_http_reply *head, const char *name, const char *value)
{
    apus_rc ignored = apus_head_add(&req->x->arena, head, name, value);
    (void)ignored;
}

static void send_nothing(apus_req *req, apus_http_reply *head, uint16_t status)
{
    head->status = status;
    head->content_type = APUS_STR("");
    head->body = APUS_STR("");
    apus__out_reply(req, head);
}

/* --- sending --- */

struct read_job {
    const apus_disk_file *file;
    uint64_t at;
    char *to;
    size_t room, got;
    apus_rc rc;
};

static void *read_it(void *arg)
{
    struct read_job *j = arg;
    j->rc = apus_disk_read(j->file, j->at, j->to, j->room, &j->got);
    return NULL;
}

/* What has begun cannot be refused any more, so it waits for its turn. */
static apus_rc read_on_thread(struct read_job *j)
{
    void *unused;
    const apus_loop *loop = apus_fiber_loop(apus_fiber_self());
    int64_t last = apus_loop_now(loop) + POOL_PATIENCE;
    apus_rc rc = apus_offload_run(read_it, j, &unused);
    while (rc == APUS_BUSY && apus_loop_now(loop) < last) {
        rc = apus_fiber_sleep(apus_loop_now(loop) + POOL_REST);
        if (!rc)
            rc = apus_offload_run(read_it, j, &unused);
    }
    return rc ? rc : j->rc;
}

static apus_rc read_piece(struct read_job *j)
{
    j->rc = apus_disk_read_now(j->file, j->at, j->to, j->room, &j->got);
    return j->rc == APUS_MORE ? read_on_thread(j) : j->rc;
}

static apus_rc send_range(apus_req *req, const apus_disk_file *file, apus_range r)
{
    char piece[PIECE];
    apus_rc rc = APUS_OK;
    for (uint64_t at = r.first; !rc && at <= r.last;) {
        uint64_t left = r.last - at + 1;
        struct read_job j = {
            .file = file, .at = at, .to = piece, .room = left < PIECE ? (size_t)left : PIECE
        };
        rc = read_piece(&j);
        if (!rc)
            rc = apus__out_write(req, (apus_str){ piece, j.got }, APUS_FILTER_more);
        at += j.got;
    }
    return rc;
}

/* A file that has shrunk meanwhile, say: the client is told by the connection's end. */
static void say_cut(const apus_req *req, apus_rc rc)
{
    if (rc != APUS_IO || !apus_fiber_cancelled(req->fiber))
        apus__log(req, "a file was cut off: %s",
                  rc == APUS_DONE ? "it became shorter" : apus_rc_text(rc));
}

static void send_one(apus_req *req, apus_http_reply *head, const struct file_answer *f,
                     apus_range r)
{
    apus_rc rc = apus__out_begin(req, head, r.last - r.first + 1);
    if (rc == APUS_DONE) /* HEAD */
        return;
    if (!rc)
        rc = send_range(req, &f->file, r);
    if (rc)
        say_cut(req, rc);
    else
        apus__out_finish(req);
}

static void send_whole(apus_req *req, apus_http_reply *head, const struct file_answer *f)
{
    if (f->file.size == 0)
        apus__out_reply(req, head);
    else
        send_one(req, head, f, (apus_range){ 0, f->file.size - 1 });
}

static void send_part(apus_req *req, apus_http_reply *head, const struct file_answer *f,
                      apus_range r)
{
    char value[96];
    snprintf(value, sizeof(value), "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, r.first, r.last,
             f->file.size);
    head->status = 206;
    add_line(req, head, "Content-Range", value);
    send_one(req, head, f, r);
}

/* --- several ranges: multipart/byteranges (RFC 9110 section 14.6) --- */

struct parts {
    const struct file_answer *file;
    const apus_range *ranges;
    size_t n;
    const char *boundary;
    apus_str type;
};

static apus_str part_head(apus_req *req, const struct parts *p, size_t i)
{
    return apus_arena_strf(&req->x->arena,
                           "%s--%s\r\nContent-Type: %.*s\r\n"
                           "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n\r\n",
                           i ? "\r\n" : "", p->boundary, APUS_FMT(p->type), p->ranges[i].first,
                           p->ranges[i].last, p->file->file.size);
}

/* All their heads, and how long the whole body becomes.  false: out of memory. */
static bool measure(apus_req *req, const struct parts *p, apus_str heads[APUS_RANGES_MAX],
                    apus_str *end, uint64_t *length)
{
    *end = apus_arena_strf(&req->x->arena, "\r\n--%s--\r\n", p->boundary);
    *length = end->len;
    bool ok = end->ptr != NULL;
    for (size_t i = 0; i < p->n; i++) {
        heads[i] = part_head(req, p, i);
        ok = ok && heads[i].ptr;
        *length += heads[i].len + (p->ranges[i].last - p->ranges[i].first + 1);
    }
    return ok;
}

static void send_parts(apus_req *req, apus_http_reply *head, const struct parts *p)
{
    apus_str heads[APUS_RANGES_MAX], end, type;
    uint64_t length;
    type = apus_arena_strf(&req->x->arena, "multipart/byteranges; boundary=%s", p->boundary);
    if (!type.ptr || !measure(req, p, heads, &end, &length)) {
        send_whole(req, head, p->file); /* Range may always be passed over */
        return;
    }
    head->status = 206;
    head->content_type = type;
    apus_rc rc = apus__out_begin(req, head, length);
    if (rc == APUS_DONE)
        return;
    for (size_t i = 0; !rc && i < p->n; i++) {
        rc = apus__out_write(req, heads[i], APUS_FILTER_more);
        if (!rc)
            rc = send_range(req, &p->file->file, p->ranges[i]);
    }
    if (!rc)
        rc = apus__out_write(req, end, APUS_FILTER_more);
    if (rc)
        say_cut(req, rc);
    else
        apus__out_finish(req);
}

static void send_ranges(apus_req *req, apus_http_reply *head, const struct file_answer *f,
                        const apus_conditions *c)
{
    apus_range ranges[APUS_RANGES_MAX];
    size_t n = 0;
    char value[32];
    switch (apus_ranges_wanted(c, apus_str_of(f->etag), f->modified, f->file.size, ranges, &n)) {
    case APUS_OK:
        if (n == 1)
            send_part(req, head, f, ranges[0]);
        else
            send_parts(req, head,
                       &(struct parts){ f, ranges, n, apus_req_id(req), head->content_type });
        break;
    case APUS_INVALID:
        snprintf(value, sizeof(value), "bytes */%" PRIu64, f->file.size);
        add_line(req, head, "Content-Range", value);
        send_nothing(req, head, 416);
        break;
    default:
        send_whole(req, head, f);
    }
}

/* What the client may go on with takes its own time: not the handler's, and not that of
 * cleanup. */
static void send_file(apus_req *req, const apus_response *r, apus_http_reply *head)
{
    const struct file_answer *f = (const struct file_answer *)r;
    apus_method method = req->x->request.method;
    bool reads = method == APUS_METHOD_GET || method == APUS_METHOD_HEAD;
    apus_fiber_shield(APUS_NEVER);
    if (!reads || head->status != 200) {
        send_whole(req, head, f);
        return;
    }
    apus_conditions c = conditions_of(req);
    unsigned status = apus_conditions_status(&c, apus_str_of(f->etag), f->modified);
    if (status != 200)
        send_nothing(req, head, (uint16_t)status);
    else if (c.range.len && method == APUS_METHOD_GET)
        send_ranges(req, head, f, &c);
    else
        send_whole(req, head, f);
}

/* --- as a response --- */

apus_response *apus__file_response(apus_req *req, const apus_disk_file *file, apus_str name,
                                   apus_str type)
{
    struct file_answer *f = apus_try_new(req, struct file_answer);
    if (!f) {
        apus_disk_file gone = *file;
        apus_disk_close(&gone);
        apus_abort(req, 503, NULL, "out of memory");
    }
    f->file = *file;
    apus_defer(req, close_file, &f->file);
    f->modified = file->modified / APUS_SECOND;
    f->response = (apus_response){ .content_type = type.len ? type : apus_media_of_name(name),
                                   .send = send_file };
    snprintf(f->etag, sizeof(f->etag), "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)file->modified,
             file->size);
    char date[APUS_HTTP_DATE_LEN + 1] = { 0 };
    apus_http_date_print(f->modified, date);
    apus_set_header(req, "ETag", f->etag);
    apus_set_header(req, "Last-Modified", date);
    apus_set_header(req, "Accept-Ranges", "bytes");
    return &f->response;
}

/* RFC 6266: the name twice where it is more than ASCII. */
static void set_disposition(apus_req *req, const char *how, apus_str name)
{
    apus_buf b = apus_buf_in(&req->x->arena);
    bool is_plain = true;
    apus_str text;
    apus_buf_addf(&b, "%s; filename=\"", how);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool fits = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        is_plain = is_plain && fits;
        apus_buf_addc(&b, (char)(fits ? c : '_'));
    }
    apus_buf_addc(&b, '"');
    if (!is_plain) {
        apus_buf_lit(&b, "; filename*=UTF-8''");
        apus_url_encode(&b, name);
    }
    if (apus_buf_take(&b, &text))
        apus_abort(req, 503, NULL, "out of memory");
    apus_set_header(req, "Content-Disposition", text.ptr);
}

apus_response *apus_file(apus_req *req, const char *path, const apus_file_options *options)
{
    static const apus_file_options plain = { 0 };
    const apus_file_options *o = options ? options : &plain;
    apus__opening opening = { .path = path };
    if (!apus__file_open(req, &opening))
        return NULL;
    if (!opening.rc && opening.file.is_folder) {
        apus_disk_close(&opening.file);
        opening.rc = APUS_NOT_FOUND;
    }
    if (opening.rc == APUS_NOT_FOUND)
        return apus_fail(req, 404, NULL, "Not Found");
    if (opening.rc) {
        apus__req_broken(req, "apus_file: %s cannot be read", path);
        return NULL;
    }
    apus_str type = apus_str_of(o->content_type ? o->content_type : "");
    apus_response *r = apus__file_response(req, &opening.file, apus_str_of(path),
                                           type.len ? apus_strdup(req, type) : type);
    if (o->name)
        set_disposition(req, o->shown ? "inline" : "attachment", apus_str_of(o->name));
    return r;
}
