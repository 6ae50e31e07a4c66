/* Requests of the test client that are more than a method, a path and JSON. */
#include <stdarg.h>
#include <string.h>

#include "apus/url.h"
#include "app/test_client.h"

static const char boundary[] = "apus-test-f00d-b0a7";

apus_answer apus_test_head(apus_test *t, const char *path)
{
    return apus_test_send(t, "HEAD", path, NULL, APUS_STR(""));
}

apus_answer apus_test_options(apus_test *t, const char *path)
{
    return apus_test_send(t, "OPTIONS", path, NULL, APUS_STR(""));
}

apus_answer apus_test_form(apus_test *t, const char *path, ...)
{
    apus_buf b = apus_buf_in(&t->arena);
    apus_str body;
    va_list args;
    va_start(args, path);
    for (const char *name; (name = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        if (b.len)
            apus_buf_addc(&b, '&');
        apus_url_encode(&b, apus_str_of(name));
        apus_buf_addc(&b, '=');
        apus_url_encode(&b, apus_str_of(value));
    }
    va_end(args);
    apus__test_need(apus_buf_take(&b, &body) == APUS_OK, "out of memory");
    return apus_test_send(t, "POST", path, "application/x-www-form-urlencoded", body);
}

/* A quote or a line's end in a name would end it: as browsers write them. */
static void add_quoted(apus_buf *b, const char *text)
{
    for (; *text; text++) {
        if (*text == '"')
            apus_buf_lit(b, "%22");
        else if (*text == '\r' || *text == '\n')
            apus_buf_addf(b, "%%0%c", *text == '\n' ? 'A' : 'D');
        else
            apus_buf_addc(b, *text);
    }
}

apus_answer apus_test_multipart(apus_test *t, const char *method, const char *path,
                                const apus_test_part *parts)
{
    apus_buf b = apus_buf_in(&t->arena);
    apus_str body;
    for (; parts->name; parts++) {
        apus_buf_addf(&b, "--%s\r\ncontent-disposition: form-data; name=\"", boundary);
        add_quoted(&b, parts->name);
        if (parts->filename) {
            apus_buf_lit(&b, "\"; filename=\"");
            add_quoted(&b, parts->filename);
        }
        apus_buf_lit(&b, "\"\r\n");
        if (parts->content_type)
            apus_buf_addf(&b, "content-type: %s\r\n", parts->content_type);
        apus_buf_lit(&b, "\r\n");
        apus_buf_add(&b, parts->content);
        apus_buf_lit(&b, "\r\n");
    }
    apus_buf_addf(&b, "--%s--\r\n", boundary);
    apus__test_need(apus_buf_take(&b, &body) == APUS_OK, "out of memory");
    return apus_test_send(t, method, path, "multipart/form-data; boundary=apus-test-f00d-b0a7",
                          body);
}

void apus_test_base_url(apus_test *t, const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t len = strcspn(host, "/");
    apus_str name = apus_arena_str(&t->arena, (apus_str){ host, len });
    apus_str prefix = apus_arena_str(&t->arena, apus_str_of(host + len));
    apus__test_need(name.ptr && prefix.ptr, "out of memory");
    while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
        prefix.len--;
    apus_test_header(t, "Host", name.ptr);
    t->prefix = prefix;
}

void apus_test_follow(apus_test *t, unsigned redirects_max)
{
    t->redirects_max = redirects_max;
}

/* Where on this server the answer sends its client; NULL: it does not, or to another one. */
static const char *target_of(apus_test *t, const apus_answer *a)
{
    static const int statuses[] = { 301, 302, 303, 307, 308 };
    apus_str to = apus_answer_header(*a, "location");
    bool is_redirect = false;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        is_redirect = is_redirect || statuses[i] == a->status;
    if (!is_redirect || !to.len)
        return NULL;
    apus_str host = APUS_STR("testserver");
    for (const struct apus__test_header *h = t->headers; h; h = h->next)
        host = apus_str_eq_nocase(h->name, APUS_STR("host")) ? h->value : host;
    static const char *const schemes[] = { "http://", "https://" };
    for (size_t i = 0; i < 2; i++) {
        if (!apus_str_starts(to, apus_str_of(schemes[i])))
            continue;
        apus_str_cut(&to, strlen(schemes[i]));
        if (!apus_str_starts(to, host))
            return NULL;
        apus_str_cut(&to, host.len);
    }
    if (!to.len || to.ptr[0] != '/')
        return NULL;
    apus_str path = apus_arena_str(&t->arena, to);
    apus__test_need(path.ptr != NULL, "out of memory");
    return path.ptr;
}

apus_answer apus__test_followed(apus_test *t, apus_answer a, const char *content_type,
                                apus_str body, apus__test_send *send)
{
    for (unsigned i = 0; i < t->redirects_max; i++) {
        const char *to = target_of(t, &a);
        if (!to)
            break;
        bool keeps = a.status == 307 || a.status == 308;
        bool is_get = strcmp(a.method, "GET") == 0 || strcmp(a.method, "HEAD") == 0;
        if (keeps || is_get)
            a = send(t, a.method, to, keeps ? content_type : NULL, keeps ? body : APUS_STR(""));
        else /* as browsers do */
            a = send(t, "GET", to, NULL, APUS_STR(""));
    }
    return a;
}
