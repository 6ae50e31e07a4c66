/* Cookies of the test client: what an answer sets is sent from then on, as a browser does
 * (RFC 6265 section 5), by name and path; how long they live is not waited for. */
#include <stdlib.h>
#include <string.h>

#include "app/test_client.h"

/* The value of an attribute ("; Path=/a") of a cookie's line, or "". */
static apus_str attribute(apus_str line, const char *name)
{
    size_t len = strlen(name);
    while (line.len) {
        size_t end = apus_str_find(line, ';');
        apus_str part = apus_str_trim(apus_str_cut(&line, end < line.len ? end + 1 : line.len));
        if (part.len && part.ptr[part.len - 1] == ';')
            part.len--;
        if (part.len > len && part.ptr[len] == '=' &&
            apus_str_eq_nocase(apus_str_slice(part, 0, len), apus_str_of(name)))
            return apus_str_slice(part, len + 1, part.len);
    }
    return APUS_STR("");
}

static void set(apus_test *t, apus_str name, apus_str value, apus_str path)
{
    struct apus__test_cookie **at = &t->cookies, *c;
    while (*at && !(apus_str_eq((*at)->name, name) && apus_str_eq((*at)->path, path)))
        at = &(*at)->next;
    if (*at)
        *at = (*at)->next;
    if (!value.ptr)
        return;
    c = APUS_NEW(&t->arena, struct apus__test_cookie, 1);
    apus__test_need(c != NULL, "out of memory");
    c->name = apus_arena_str(&t->arena, name);
    c->value = apus_arena_str(&t->arena, value);
    c->path = apus_arena_str(&t->arena, path);
    apus__test_need(c->name.ptr && c->value.ptr && c->path.ptr, "out of memory");
    c->next = t->cookies;
    t->cookies = c;
}

void apus_test_cookie(apus_test *t, const char *name, const char *value)
{
    set(t, apus_str_of(name), value ? apus_str_of(value) : (apus_str){ NULL, 0 }, APUS_STR("/"));
}

static void take_line(apus_test *t, apus_str line)
{
    size_t semicolon = apus_str_find(line, ';'), equals = apus_str_find(line, '=');
    apus_str pair = apus_str_slice(line, 0, semicolon);
    if (equals >= pair.len)
        return;
    apus_str path = attribute(line, "path"), age = attribute(line, "max-age");
    bool is_over = age.len && (age.ptr[0] == '-' || strtoll(age.ptr, NULL, 10) == 0);
    apus_str value = apus_str_slice(pair, equals + 1, pair.len);
    set(t, apus_str_slice(pair, 0, equals), is_over ? (apus_str){ NULL, 0 } : value,
        path.len ? path : APUS_STR("/"));
}

void apus__test_cookies_take(apus_test *t, apus_str head)
{
    static const char name[] = "set-cookie:";
    while (head.len) {
        size_t end = apus_str_find(head, '\n');
        apus_str line = apus_str_cut(&head, end < head.len ? end + 1 : head.len);
        if (apus_str_eq_nocase(apus_str_slice(line, 0, sizeof(name) - 1), apus_str_of(name)))
            take_line(t, apus_str_trim(apus_str_slice(line, sizeof(name) - 1, line.len)));
    }
}

/* "/a" is for /a, /a/b and /a?x, not for /ab. */
static bool is_for(const struct apus__test_cookie *c, apus_str path)
{
    if (!apus_str_starts(path, c->path))
        return false;
    char next = path.len > c->path.len ? path.ptr[c->path.len] : '/';
    return c->path.ptr[c->path.len - 1] == '/' || next == '/' || next == '?';
}

void apus__test_cookies_write(const apus_test *t, const char *path, apus_buf *to)
{
    unsigned n = 0;
    for (const struct apus__test_header *h = t->headers; h; h = h->next) {
        if (apus_str_eq_nocase(h->name, APUS_STR("cookie")))
            return; /* the test says itself what is sent */
    }
    for (const struct apus__test_cookie *c = t->cookies; c; c = c->next) {
        if (is_for(c, apus_str_of(path)))
            apus_buf_addf(to, "%s%.*s=%.*s", n++ ? "; " : "cookie: ", APUS_FMT(c->name),
                          APUS_FMT(c->value));
    }
    if (n)
        apus_buf_lit(to, "\r\n");
}
