#include "ask_file.h"

#include <inttypes.h>
#include <stdio.h>

#include "service.h"
#include "shelf.h"
#include "sys/sim/sim.h"

enum { SIZE_ABOUT = 3000, BODY_MOST = 100000, TEXTS_MAX = 1000 };

/* --- what is asked --- */

static void add_header(ask *a, const char *name, const char *value)
{
    a->headers[a->n_headers].name = name;
    snprintf(a->headers[a->n_headers].value, sizeof(a->headers[0].value), "%s", value);
    a->n_headers++;
}

/* The tag that it has now, or one that it has not. */
static const char *choose_etag(int file)
{
    const edition *e = shelf_current(file);
    return e && sim_chance(700) ? e->etag : "\"another\"";
}

static ask_part choose_part(void)
{
    int64_t first = sim_between(0, sim_chance(500) ? SIZE_ABOUT : 100 * SIZE_ABOUT);
    int64_t len = sim_between(1, sim_chance(500) ? 100 : 100 * SIZE_ABOUT);
    if (sim_chance(200))
        return (ask_part){ -1, len }; /* the last bytes */
    if (sim_chance(200))
        return (ask_part){ first, INT64_MAX };
    return (ask_part){ first, first + len - 1 };
}

static int print_part(char *to, size_t room, ask_part p)
{
    if (p.first < 0)
        return snprintf(to, room, "-%" PRId64, p.last);
    if (p.last == INT64_MAX)
        return snprintf(to, room, "%" PRId64 "-", p.first);
    return snprintf(to, room, "%" PRId64 "-%" PRId64, p.first, p.last);
}

static void choose_parts(ask *a)
{
    char value[96] = "bytes=";
    int at = 6;
    a->n_parts = sim_chance(300) ? 2 : 1;
    for (unsigned i = 0; i < a->n_parts; i++) {
        a->parts[i] = choose_part();
        if (i)
            value[at++] = ',';
        at += print_part(value + at, sizeof(value) - (size_t)at, a->parts[i]);
    }
    add_header(a, "range", value);
}

void ask_make_file(ask *a)
{
    int file = (int)sim_between(0, SHELF_FILES - 1);
    a->judge = ask_judge_file;
    a->file = file;
    a->touches_disk = true;
    a->method = sim_chance(200) ? "HEAD" : "GET";
    snprintf(a->path, sizeof(a->path), "%s/f%d", sim_chance(500) ? "/site" : "/file", file);
    if (sim_chance(400))
        choose_parts(a);
    if (a->n_parts && sim_chance(400))
        add_header(a, "if-range", choose_etag(file));
    else if (sim_chance(300))
        add_header(a, sim_chance(700) ? "if-none-match" : "if-match", choose_etag(file));
}

void ask_make_kept(ask *a)
{
    int64_t size = sim_between(0, sim_chance(500) ? BODY_MOST : SIZE_ABOUT);
    int64_t text = sim_between(0, TEXTS_MAX);
    bool is_form = sim_chance(500);
    a->judge = ask_judge_kept;
    a->touches_disk = true;
    a->status = 204;
    a->method = is_form ? "POST" : "PUT";
    kept_name(a->kept, size, text);
    snprintf(a->path, sizeof(a->path), "/kept/%s", a->kept);
    snprintf(a->content_type, sizeof(a->content_type), "%s",
             is_form ? "multipart/form-data; boundary=0123" : "application/octet-stream");
    if (is_form)
        apus_buf_lit(&a->body, "--0123\r\nContent-Disposition: form-data; name=\"file\"; "
                               "filename=\"a\"\r\nContent-Type: text/plain\r\n\r\n");
    for (int64_t i = 0; i < size; i++)
        apus_buf_addc(&a->body, pattern_byte(text + i));
    if (is_form)
        apus_buf_lit(&a->body, "\r\n--0123--\r\n");
}

/* --- what is answered --- */

static apus_str header_of_ask(const ask *a, const char *name)
{
    for (unsigned i = 0; i < a->n_headers; i++)
        if (strcmp(a->headers[i].name, name) == 0)
            return apus_str_of(a->headers[i].value);
    return APUS_STR("");
}

/* Which of its parts the edition has; RFC 9110 section 14.1.2. */
static unsigned parts_of(const ask *a, const edition *e, ask_part to[2])
{
    unsigned n = 0;
    for (unsigned i = 0; i < a->n_parts; i++) {
        ask_part p = a->parts[i];
        if (p.first < 0)
            p = (ask_part){ p.last < e->size ? e->size - p.last : 0, INT64_MAX };
        if (p.last >= e->size)
            p.last = e->size - 1;
        if (p.first < e->size)
            to[n++] = p;
    }
    return n;
}

static unsigned status_of(const ask *a, const edition *e, unsigned n_parts)
{
    apus_str tag = apus_str_of(e->etag), match = header_of_ask(a, "if-match"),
             none = header_of_ask(a, "if-none-match"), range = header_of_ask(a, "if-range");
    if (match.len && !apus_str_eq(match, tag))
        return 412;
    if (apus_str_eq(none, tag))
        return 304;
    if (!a->n_parts || (range.len && !apus_str_eq(range, tag)) || strcmp(a->method, "HEAD") == 0)
        return 200;
    return n_parts ? 206 : 416;
}

static bool is_content_range(apus_str value, ask_part p, const edition *e)
{
    char due[96];
    snprintf(due, sizeof(due), "bytes %" PRId64 "-%" PRId64 "/%" PRId64, p.first, p.last, e->size);
    return apus_str_eq(value, apus_str_of(due));
}

static bool take(apus_str *s, apus_str what)
{
    bool is_there = apus_str_eq(apus_str_slice(*s, 0, what.len), what);
    *s = apus_str_slice(*s, is_there ? what.len : 0, s->len);
    return is_there;
}

/* --boundary, head, bytes; for each part, and the end. */
static bool are_parts(apus_str type, apus_str body, const ask_part *parts, unsigned n,
                      const edition *e)
{
    if (!take(&type, APUS_STR("multipart/byteranges; boundary=")))
        return false;
    for (unsigned i = 0; i < n; i++) {
        answer part = { 0 };
        size_t len = (size_t)(parts[i].last - parts[i].first + 1);
        if ((i && !take(&body, APUS_STR("\r\n"))) || !take(&body, APUS_STR("--")) ||
            !take(&body, type) || !take(&body, APUS_STR("\r\n")) ||
            !answer_take_head(&body, &part.head) ||
            !is_content_range(answer_header(&part, APUS_STR("content-range")), parts[i], e) ||
            body.len < len || !edition_has(e, parts[i].first, apus_str_slice(body, 0, len)))
            return false;
        body = apus_str_slice(body, len, body.len);
    }
    return take(&body, APUS_STR("\r\n--")) && take(&body, type) &&
           take(&body, APUS_STR("--\r\n")) && !body.len;
}

static const char *judge_part(const answer *got, const ask_part *parts, unsigned n,
                              const edition *e, apus_str body)
{
    if (n > 1)
        return are_parts(answer_header(got, APUS_STR("content-type")), body, parts, n, e)
                   ? NULL
                   : "these are not the parts";
    if (!is_content_range(answer_header(got, APUS_STR("content-range")), parts[0], e))
        return "another part by its head";
    return (int64_t)body.len == parts[0].last - parts[0].first + 1 &&
                   edition_has(e, parts[0].first, body)
               ? NULL
               : "another part by its bytes";
}

static const char *judge_whole(const ask *a, const answer *got, const edition *e, apus_str body)
{
    char length[32];
    snprintf(length, sizeof(length), "%" PRId64, e->size);
    if (!apus_str_eq(answer_header(got, APUS_STR("content-length")), apus_str_of(length)))
        return "another length than that of its edition";
    if (strcmp(a->method, "HEAD") == 0)
        return body.len ? "a body for HEAD" : NULL;
    return (int64_t)body.len == e->size && edition_has(e, 0, body) ? NULL : "not that edition";
}

const char *ask_judge_file(const ask *a, const answer *got)
{
    apus_str body = { got->body.ptr ? got->body.ptr : "", got->body.len };
    if (got->status == 404)
        return shelf_was_without(a->file, a->made_at) ? NULL : "it was there all the time";
    const edition *e = shelf_find(a->file, answer_header(got, APUS_STR("etag")));
    if (!e)
        return "it never had that tag";
    if (e->until < a->made_at)
        return "that edition was gone before it was asked for";
    ask_part parts[2];
    unsigned n = parts_of(a, e, parts), due = status_of(a, e, n);
    /* all of it may always be sent where parts are asked for; nothing has no parts */
    bool may_be_whole = (due == 206 && n > 1) || (due == 416 && e->size == 0);
    if (got->status == 200 && (due == 200 || may_be_whole))
        return judge_whole(a, got, e, body);
    if (got->status != due)
        return "another status than its edition calls for";
    if (due == 206)
        return judge_part(got, parts, n, e, body);
    return body.len ? "a body where none may be" : NULL;
}

const char *ask_judge_kept(const ask *a, const answer *got)
{
    if (got->status != 204)
        return "it was to be kept";
    return kept_is_whole(a->kept) ? NULL : "it is not there as it was sent";
}
