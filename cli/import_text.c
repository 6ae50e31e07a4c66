/* Text of C: strings, comments, values and options of annotations. */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "import.h"

enum { LINE_MAX_LEN = 100 };

void c_text(apus_buf *to, apus_str text)
{
    apus_buf_addc(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            apus_buf_addf(to, "\\%c", c);
        else if (c == '\n')
            apus_buf_lit(to, "\\n");
        else if (c == '\t')
            apus_buf_lit(to, "\\t");
        else if (c == '?' && i && text.ptr[i - 1] == '?')
            apus_buf_lit(to, "\\?"); /* ??= is a trigraph */
        else if (c == '\0')          /* a text of C cannot hold it: the replacement character */
            apus_buf_lit(to, "\\357\\277\\275");
        else if (c < 0x20 || c == 0x7f)
            apus_buf_addf(to, "\\%03o", c);
        else
            apus_buf_addc(to, (char)c);
    }
    apus_buf_addc(to, '"');
}

static bool c_values(apus_buf *to, const apus_json *v)
{
    bool fine = true;
    bool is_list = v->kind == APUS_JSON_list;
    apus_buf_addc(to, is_list ? '[' : '{');
    for (const apus_json *child = import_first(v); child && fine; child = child->next) {
        if (child != v->first)
            apus_buf_lit(to, ", ");
        if (!is_list) {
            c_text(to, child->name);
            apus_buf_lit(to, ": ");
        }
        fine = fine && c_value(to, child);
    }
    apus_buf_addc(to, is_list ? ']' : '}');
    return fine;
}

bool c_value(apus_buf *to, const apus_json *v)
{
    switch (v->kind) {
    case APUS_JSON_string:
        c_text(to, v->text);
        return true;
    case APUS_JSON_list:
    case APUS_JSON_object:
        return c_values(to, v);
    case APUS_JSON_big:
        return false;
    case APUS_JSON_double:
        if (!isfinite(v->number))
            return false;
        break;
    default:
        break;
    }
    apus_json_write(to, v);
    return true;
}

/* --- comments --- */

/* Whether apusc reads the line behind "/// " back as it is. */
static bool line_holds(apus_str line)
{
    static const char *const taken[] = { "///", "//!", "/**", "/*!", "*" };
    if (line.len == 0)
        return true;
    char first = line.ptr[0], last = line.ptr[line.len - 1];
    if (first == '@' || first == '\\' || last == '\\' || isspace((unsigned char)last) ||
        first == '<' || first == '/' || apus_str_ends(line, APUS_STR("*/")))
        return false;
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        if (apus_str_starts(line, apus_str_of(taken[i])))
            return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.ptr[i];
        if (c < 0x20 || c == 0x7f || (c == '?' && i + 1 < line.len && line.ptr[i + 1] == '?'))
            return false;
    }
    return true;
}

bool c_comment_holds(apus_str text)
{
    bool was_empty = true; /* neither at the ends nor twice in a row */
    if (text.len == 0)
        return false;
    while (text.len) {
        size_t end = apus_str_find(text, '\n');
        apus_str line = apus_str_slice(text, 0, end < text.len ? end : text.len);
        if (!line_holds(line) || (line.len == 0 && was_empty))
            return false;
        was_empty = line.len == 0;
        bool is_last = end >= text.len;
        apus_str_cut(&text, is_last ? text.len : end + 1);
        if (!is_last && text.len == 0)
            return false;
    }
    return !was_empty;
}

bool c_comment(apus_buf *to, const char *indent, apus_str text)
{
    if (!c_comment_holds(text))
        return false;
    while (text.len) {
        size_t end = apus_str_find(text, '\n');
        apus_str line = apus_str_cut(&text, end < text.len ? end + 1 : text.len);
        if (line.len && line.ptr[line.len - 1] == '\n')
            line.len--;
        apus_buf_addf(to, "%s///%s%.*s\n", indent, line.len ? " " : "", APUS_FMT(line));
    }
    return true;
}

/* --- options --- */

void c_option(struct c_options *o, const char *fmt, ...)
{
    va_list args;
    if (o->b.len)
        apus_buf_lit(&o->b, ", ");
    va_start(args, fmt);
    apus_buf_vaddf(&o->b, fmt, args);
    va_end(args);
}

void c_option_text(struct c_options *o, const char *name, apus_str text)
{
    apus_buf_addf(&o->b, "%s%s = ", o->b.len ? ", " : "", name);
    c_text(&o->b, text);
}

bool c_option_value(struct c_options *o, const char *name, const apus_json *v)
{
    size_t before = o->b.len;
    apus_buf_addf(&o->b, "%s%s = ", o->b.len ? ", " : "", name);
    if (c_value(&o->b, v))
        return true;
    o->b.len = before;
    return false;
}

/* The length of the first option: up to a comma that is in no text, list or map. */
static size_t option_length(apus_str options)
{
    unsigned depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < options.len; i++) {
        char c = options.ptr[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            depth++;
        else if (!quoted && (c == ']' || c == '}'))
            depth--;
        else if (!quoted && depth == 0 && c == ',')
            return i;
    }
    return options.len;
}

void c_wrapped(apus_buf *to, apus_str options, size_t at, unsigned indent)
{
    while (options.len) {
        size_t len = option_length(options);
        if (at > indent && at + len + 2 > LINE_MAX_LEN) {
            if (to->len && to->ptr[to->len - 1] == ' ')
                to->len--;
            apus_buf_addf(to, "\n%*s", (int)indent, "");
            at = indent;
        }
        apus_buf_add(to, apus_str_cut(&options, len));
        at += len + 2;
        if (options.len) {
            apus_buf_lit(to, ", ");
            apus_str_cut(&options, options.len > 1 ? 2 : 1);
        }
    }
}

void c_annotation(apus_buf *to, const char *word, struct c_options *o)
{
    apus_str options = APUS_STR("");
    if (o->b.len && apus_buf_take(&o->b, &options))
        to->failed = APUS_NOMEM;
    apus_buf_addf(to, " %s(%.*s)", word, APUS_FMT(options));
}
