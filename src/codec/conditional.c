/* Preconditions and ranges: headers in, what to send out. */
#include "apus/conditional.h"

#include <string.h>

/* --- entity tags (RFC 9110 section 8.8.3) --- */

struct tag {
    apus_str opaque; /* with its quotes */
    bool is_weak;
};

static void skip(apus_str *s, const char *any_of)
{
    while (s->len && strchr(any_of, s->ptr[0]) && s->ptr[0])
        apus_str_cut(s, 1);
}

/* Takes the next tag off a list; false at its end, or where it is none. */
static bool next_tag(apus_str *list, struct tag *out)
{
    skip(list, " \t,");
    out->is_weak = list->len > 2 && memcmp(list->ptr, "W/", 2) == 0;
    if (out->is_weak)
        apus_str_cut(list, 2);
    if (!list->len || list->ptr[0] != '"')
        return false;
    size_t end = apus_str_find(apus_str_slice(*list, 1, SIZE_MAX), '"');
    if (end == SIZE_MAX)
        return false;
    out->opaque = apus_str_cut(list, end + 2);
    return true;
}

static struct tag tag_of(apus_str text)
{
    struct tag t = { 0 };
    if (!next_tag(&text, &t))
        t.opaque = APUS_STR("");
    return t;
}

bool apus_etag_is_in(apus_str list, apus_str tag)
{
    struct tag ours = tag_of(tag), one;
    if (apus_str_eq(apus_str_trim(list), APUS_STR("*")))
        return true;
    while (next_tag(&list, &one)) {
        if (apus_str_eq(one.opaque, ours.opaque))
            return true;
    }
    return false;
}

bool apus_etag_is_in_strongly(apus_str list, apus_str tag)
{
    struct tag ours = tag_of(tag), one;
    if (apus_str_eq(apus_str_trim(list), APUS_STR("*")))
        return true;
    while (!ours.is_weak && next_tag(&list, &one)) {
        if (!one.is_weak && apus_str_eq(one.opaque, ours.opaque))
            return true;
    }
    return false;
}

/* --- preconditions --- */

unsigned apus_conditions_status(const apus_conditions *c, apus_str etag, int64_t modified)
{
    int64_t then;
    if (c->if_match.len) {
        if (!apus_etag_is_in_strongly(c->if_match, etag))
            return 412;
    } else if (apus_http_date_parse(c->if_unmodified_since, &then) && modified > then) {
        return 412;
    }
    if (c->if_none_match.len)
        return apus_etag_is_in(c->if_none_match, etag) ? 304 : 200;
    if (apus_http_date_parse(c->if_modified_since, &then) && modified <= then)
        return 304;
    return 200;
}

/* --- ranges --- */

/* A number of bytes; what does not fit is as good as the largest that does. */
static bool take_number(apus_str *s, uint64_t *n)
{
    size_t digits = 0;
    *n = 0;
    while (s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        uint64_t digit = (uint64_t)(s->ptr[0] - '0');
        *n = *n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *n * 10 + digit;
        apus_str_cut(s, 1);
        digits++;
    }
    return digits > 0;
}

static bool take_dash(apus_str *s)
{
    bool is = s->len && s->ptr[0] == '-';
    if (is)
        apus_str_cut(s, 1);
    return is;
}

/* "0-499", "500-", "-500": APUS_OK; APUS_INVALID where there are no such bytes;
 * APUS_SYNTAX. */
static apus_rc take_range(apus_str *s, uint64_t size, apus_range *out)
{
    uint64_t first, last;
    if (take_dash(s)) {
        if (!take_number(s, &last))
            return APUS_SYNTAX;
        if (last == 0 || size == 0)
            return APUS_INVALID;
        *out = (apus_range){ last < size ? size - last : 0, size - 1 };
        return APUS_OK;
    }
    if (!take_number(s, &first) || !take_dash(s))
        return APUS_SYNTAX;
    if (!take_number(s, &last))
        last = UINT64_MAX;
    if (last < first)
        return APUS_SYNTAX;
    if (first >= size)
        return APUS_INVALID;
    *out = (apus_range){ first, last < size ? last : size - 1 };
    return APUS_OK;
}

/* All of the header's; APUS_LIMIT where they are more than it is worth. */
static apus_rc take_ranges(apus_str s, uint64_t size, apus_range to[APUS_RANGES_MAX], size_t *n)
{
    uint64_t total = 0;
    apus_range one;
    apus_rc none = APUS_SYNTAX; /* what it is if none comes */
    for (*n = 0;; none = APUS_INVALID) {
        skip(&s, " \t,");
        if (s.len == 0)
            return *n ? APUS_OK : none;
        apus_rc rc = take_range(&s, size, &one);
        skip(&s, " \t");
        if (rc == APUS_SYNTAX || (s.len && s.ptr[0] != ','))
            return APUS_SYNTAX;
        if (rc)
            continue;
        uint64_t len = one.last - one.first + 1;
        if (*n == APUS_RANGES_MAX || len > size - total)
            return APUS_LIMIT;
        total += len;
        to[(*n)++] = one;
    }
}

/* A range of what the client has a part of: only if that is still the same. */
static bool is_still(const apus_conditions *c, apus_str etag, int64_t modified)
{
    int64_t then;
    if (c->if_range.len == 0)
        return true;
    if (c->if_range.ptr[0] == '"' || c->if_range.ptr[0] == 'W')
        return apus_etag_is_in_strongly(c->if_range, etag);
    return apus_http_date_parse(c->if_range, &then) && modified == then;
}

apus_rc apus_ranges_wanted(const apus_conditions *c, apus_str etag, int64_t modified, uint64_t size,
                           apus_range to[APUS_RANGES_MAX], size_t *n)
{
    apus_str unit = apus_str_slice(c->range, 0, 6);
    if (!apus_str_eq_nocase(unit, APUS_STR("bytes=")) || !is_still(c, etag, modified))
        return APUS_DONE;
    apus_rc rc = take_ranges(apus_str_slice(c->range, 6, SIZE_MAX), size, to, n);
    return rc == APUS_SYNTAX || rc == APUS_LIMIT ? APUS_DONE : rc;
}
