/* Heads of answers: lines "Name: value\r\n", one behind the other. */
#include "apus/filter.h"

#include "apus/buf.h"

/* Cuts the next line off, with its end; its name and value. */
static apus_str next_line(apus_str *rest, apus_str *name, apus_str *value)
{
    size_t end = apus_str_find(*rest, '\n');
    apus_str line = apus_str_cut(rest, end < rest->len ? end + 1 : rest->len);
    size_t colon = apus_str_find(line, ':');
    *name = apus_str_slice(line, 0, colon);
    *value =
        apus_str_trim(apus_str_slice(line, colon == SIZE_MAX ? line.len : colon + 1, SIZE_MAX));
    return line;
}

apus_str apus_head_value(const apus_http_reply *head, const char *name)
{
    apus_str rest = head->headers, wanted = apus_str_of(name), one, value;
    while (rest.len) {
        next_line(&rest, &one, &value);
        if (apus_str_eq_nocase(one, wanted))
            return value;
    }
    return APUS_STR("");
}

apus_rc apus_head_set(apus_arena *a, apus_http_reply *head, const char *name, const char *value)
{
    apus_buf b = apus_buf_in(a);
    apus_str rest = head->headers, wanted = apus_str_of(name), one, old, all;
    while (rest.len) {
        apus_str line = next_line(&rest, &one, &old);
        if (!apus_str_eq_nocase(one, wanted))
            apus_buf_add(&b, line);
    }
    if (value)
        apus_buf_addf(&b, "%s: %s\r\n", name, value);
    apus_rc rc = apus_buf_take(&b, &all);
    if (!rc)
        head->headers = all;
    return rc;
}

apus_rc apus_head_add(apus_arena *a, apus_http_reply *head, const char *name, const char *value)
{
    apus_str all = apus_arena_strf(a, "%.*s%s: %s\r\n", APUS_FMT(head->headers), name, value);
    if (!all.ptr)
        return APUS_NOMEM;
    head->headers = all;
    return APUS_OK;
}
