/* Reading templates, and matching a row of parts against a text.
 *
 * A pattern such as {a}-{b}-{c} invites backtracking, and backtracking invites a
 * client to send hyphens until the worker stands still.  So parts_match fills a
 * table instead: fits[i][p] says whether parts i.. match the text from p on.  Each
 * cell needs only its neighbours, because every kind of part allowed here can be
 * decided one character at a time:
 *
 *     literal   text[p..] begins with it, and fits[i + 1][p + its length]
 *     str, int  text[p] is of its class, and fits[i + 1][p + 1] or fits[i][p + 1]
 *     path      fits[i + 1][p], or p < len and fits[i][p + 1]
 *
 * Walking the table from the front then lets each parameter take all it can. */
#include "app/template.h"

#include <stddef.h>

#include "apus/pattern.h"

static const struct conv_name {
    apus_str name;
    apus__conv conv;
} conv_names[] = {
    { APUS_STR_INIT("str"), APUS__CONV_str },     { APUS_STR_INIT("int"), APUS__CONV_int },
    { APUS_STR_INIT("float"), APUS__CONV_float }, { APUS_STR_INIT("uuid"), APUS__CONV_uuid },
    { APUS_STR_INIT("path"), APUS__CONV_path },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_name_char(char c)
{
    return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* --- reading --- */

static apus_rc check_name(const apus__template *t, apus_str name, apus_err *err)
{
    bool ok = name.len > 0 && !is_digit(name.ptr[0]);
    for (size_t i = 0; i < name.len; i++)
        ok = ok && (is_name_char(name.ptr[i]) || (i && name.ptr[i] == '-'));
    if (!ok)
        return apus_err_set(err, APUS_INVALID, "path %.*s: \"%.*s\" is not a parameter's name",
                            APUS_FMT(t->text), APUS_FMT(name));
    for (uint32_t i = 0; i < t->n_params; i++)
        if (apus_str_eq(t->names[i], name))
            return apus_err_set(err, APUS_INVALID, "path %.*s: the parameter %.*s stands twice",
                                APUS_FMT(t->text), APUS_FMT(name));
    return APUS_OK;
}

static const apus_convertor *find_own(apus__convertors known, apus_str name)
{
    for (uint32_t i = 0; i < known.n; i++)
        if (apus_str_eq(apus_str_of(known.items[i]->name), name))
            return known.items[i];
    return NULL;
}

/* The part of a parameter whose convertor is called so. */
static apus_rc make_part(const apus__template *t, apus__convertors known, apus_str conv,
                         apus__part *out, apus_err *err)
{
    for (size_t i = 0; i < sizeof(conv_names) / sizeof(conv_names[0]); i++)
        if (apus_str_eq(conv_names[i].name, conv)) {
            out->conv = conv_names[i].conv;
            return APUS_OK;
        }
    out->own = find_own(known, conv);
    if (!out->own)
        return apus_err_set(err, APUS_INVALID,
                            "path %.*s: no convertor \"%.*s\" (str, int, float, uuid, path)",
                            APUS_FMT(t->text), APUS_FMT(conv));
    out->conv = APUS__CONV_own;
    return out->own->pattern ? apus_pattern_prepare(out->own->pattern, err) : APUS_OK;
}

/* What stands between braces: "id" or "id:int". */
static apus_rc add_param(apus__template *t, apus__convertors known, apus_str inside, apus_err *err)
{
    size_t colon = apus_str_find(inside, ':');
    apus_str name = apus_str_slice(inside, 0, colon);
    apus_str conv =
        colon == SIZE_MAX ? APUS_STR("str") : apus_str_slice(inside, colon + 1, SIZE_MAX);
    apus_rc rc = check_name(t, name, err);
    if (rc)
        return rc;
    if (t->n_params == APUS__TEMPLATE_PARAMS_MAX)
        return apus_err_set(err, APUS_LIMIT, "path %.*s: over %d parameters", APUS_FMT(t->text),
                            APUS__TEMPLATE_PARAMS_MAX);
    apus__part part = { .text = name };
    rc = make_part(t, known, conv, &part, err);
    if (rc)
        return rc;
    t->names[t->n_params++] = name;
    t->parts[t->n_parts++] = part;
    return APUS_OK;
}

/* Where the literal at `from` ends, or SIZE_MAX if a character may not stand there. */
static size_t literal_end(apus_str text, size_t from)
{
    for (size_t i = from; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '{')
            return i;
        if (c == '}' || c == '?' || c == '#' || (unsigned char)c < 0x21)
            return SIZE_MAX;
    }
    return text.len;
}

apus_rc apus__template_parse(apus_arena *a, apus_str text, apus__convertors known,
                             apus__template *out, apus_err *err)
{
    if (text.len == 0 || text.ptr[0] != '/')
        return apus_err_set(err, APUS_INVALID, "path \"%.*s\": must begin with '/'",
                            APUS_FMT(text));
    *out = (apus__template){ .text = text };
    /* Two parts need at least three characters, "/{x}", and no part is empty. */
    out->parts = APUS_NEW(a, apus__part, text.len + 1);
    if (!out->parts)
        return apus_err_set(err, APUS_NOMEM, "path %.*s: out of memory", APUS_FMT(text));
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == '{') {
            size_t len = apus_str_find(apus_str_slice(text, at, SIZE_MAX), '}');
            if (len == SIZE_MAX)
                return apus_err_set(err, APUS_INVALID, "path %.*s: '{' without '}'",
                                    APUS_FMT(text));
            apus_rc rc = add_param(out, known, apus_str_slice(text, at + 1, len - 1), err);
            if (rc)
                return rc;
            at += len + 1;
        } else {
            size_t end = literal_end(text, at);
            if (end == SIZE_MAX)
                return apus_err_set(err, APUS_INVALID,
                                    "path %.*s: may not hold '}', '?', '#' or blanks",
                                    APUS_FMT(text));
            out->parts[out->n_parts++] = (apus__part){ .text = apus_str_slice(text, at, end - at) };
            at = end;
        }
    }
    return APUS_OK;
}

/* --- matching one value --- */

static bool takes_float(apus_str text)
{
    size_t i = 0;
    while (i < text.len && is_digit(text.ptr[i]))
        i++;
    if (i == 0 || i == text.len)
        return i > 0;
    size_t point = i++;
    while (i < text.len && is_digit(text.ptr[i]))
        i++;
    return text.ptr[point] == '.' && i == text.len && i > point + 1;
}

static bool takes_uuid(apus_str text)
{
    static const unsigned char groups[] = { 8, 4, 4, 4, 12 };
    size_t at = 0;
    for (size_t g = 0; g < sizeof(groups); g++) {
        if (g > 0 && at < text.len && text.ptr[at] == '-')
            at++;
        for (unsigned i = 0; i < groups[g]; i++, at++)
            if (at >= text.len || !is_hex(text.ptr[at]))
                return false;
    }
    return at == text.len;
}

static bool in_class(apus__conv conv, char c)
{
    if (conv == APUS__CONV_int)
        return is_digit(c);
    return c != '/' || conv == APUS__CONV_any;
}

static bool takes_class(apus__conv conv, apus_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!in_class(conv, text.ptr[i]))
            return false;
    return text.len > 0;
}

/* The app's function gets text as all others do: UTF-8, with a NUL behind it. */
static apus_rc own_takes(apus_arena *scratch, const apus_convertor *own, apus_str text)
{
    if (text.len == 0 || !apus_str_is_utf8(text))
        return APUS_NOT_FOUND;
    apus_rc rc = own->pattern ? apus_pattern_match(own->pattern, text) : APUS_OK;
    if (rc)
        return rc == APUS_NOMEM ? rc : APUS_NOT_FOUND;
    if (!own->takes)
        return APUS_OK;
    apus_arena_mark before = apus_arena_mark_take(scratch);
    apus_str copy = apus_arena_str(scratch, text);
    bool takes = copy.ptr && own->takes(copy);
    apus_arena_rewind(scratch, before);
    return !copy.ptr ? APUS_NOMEM : takes ? APUS_OK : APUS_NOT_FOUND;
}

static bool conv_takes(apus__conv conv, apus_str text)
{
    switch (conv) {
    case APUS__CONV_str:
    case APUS__CONV_any:
    case APUS__CONV_int:
        return takes_class(conv, text);
    case APUS__CONV_float:
        return takes_float(text);
    case APUS__CONV_uuid:
        return takes_uuid(text);
    case APUS__CONV_path:
        return true;
    case APUS__CONV_own:
    case APUS__CONV_literal:
        break;
    }
    return false;
}

apus_rc apus__part_takes(apus_arena *scratch, const apus__part *part, apus_str text)
{
    if (part->conv == APUS__CONV_own)
        return own_takes(scratch, part->own, text);
    return conv_takes(part->conv, text) ? APUS_OK : APUS_NOT_FOUND;
}

/* --- matching a row of parts --- */

/* One row of the table, from `next`, the row of the part behind it. */
static void fill_row(const apus__part *part, apus_str text, const char *next, char *row)
{
    for (size_t p = text.len + 1; p-- > 0;) {
        bool more = p < text.len;
        switch (part->conv) {
        case APUS__CONV_literal:
            row[p] = text.len - p >= part->text.len &&
                     memcmp(text.ptr + p, part->text.ptr, part->text.len) == 0 &&
                     next[p + part->text.len];
            break;
        case APUS__CONV_str:
        case APUS__CONV_any:
        case APUS__CONV_int:
            row[p] = more && in_class(part->conv, text.ptr[p]) && (next[p + 1] || row[p + 1]);
            break;
        case APUS__CONV_path:
            row[p] = next[p] || (more && row[p + 1]);
            break;
        case APUS__CONV_float:
        case APUS__CONV_uuid:
        case APUS__CONV_own:
            row[p] = 0;
            break;
        }
    }
}

/* How far a parameter that begins at p reaches at most. */
static size_t take_most(const apus__part *part, apus_str text, const char *next, size_t p)
{
    /* The row says that it matches; so if nothing behind it fits at p, something
     * further on does. */
    size_t end = p;
    bool any = part->conv == APUS__CONV_path;
    for (size_t e = p; e <= text.len; e++) {
        if (next[e])
            end = e;
        if (e == text.len || (!any && !in_class(part->conv, text.ptr[e])))
            break;
    }
    return end;
}

apus_rc apus__parts_match(apus_arena *scratch, const apus__part *parts, uint32_t n, apus_str text,
                          apus_str *values)
{
    apus_arena_mark before = apus_arena_mark_take(scratch);
    size_t width = text.len + 1;
    char *fits = apus__arena_array(scratch, (size_t)n + 1, width, 1);
    if (!fits)
        return APUS_NOMEM;
    fits[n * width + text.len] = 1;
    for (uint32_t i = n; i-- > 0;)
        fill_row(&parts[i], text, fits + (i + 1) * width, fits + i * width);
    bool found = fits[0] != 0;
    for (size_t i = 0, p = 0; found && i < n; i++) {
        if (parts[i].conv == APUS__CONV_literal) {
            p += parts[i].text.len;
            continue;
        }
        size_t end = take_most(&parts[i], text, fits + (i + 1) * width, p);
        *values++ = apus_str_slice(text, p, end - p);
        p = end;
    }
    apus_arena_rewind(scratch, before);
    return found ? APUS_OK : APUS_NOT_FOUND;
}
