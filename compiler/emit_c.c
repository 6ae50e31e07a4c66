/* How generated C is spelled: names, literals, lines. */
#include "compiler/emit_c.h"

#include <string.h>

bool out_is_first(struct out *o, const char *name)
{
    for (const struct emitted *e = o->emitted; e; e = e->next) {
        if (strcmp(e->name, name) == 0)
            return false;
    }
    struct emitted *e = APUS_NEW(o->arena, struct emitted, 1);
    if (!e) {
        o->to->failed = APUS_NOMEM;
        return false;
    }
    *e = (struct emitted){ .name = name, .next = o->emitted };
    o->emitted = e;
    return true;
}

const char *out_name(struct out *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_str s = apus_arena_vstrf(o->arena, fmt, args);
    va_end(args);
    if (!s.ptr) {
        o->to->failed = APUS_NOMEM;
        return "";
    }
    return s.ptr;
}

void out_line(struct out *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    apus_buf_vaddf(o->to, fmt, args);
    va_end(args);
    apus_buf_addc(o->to, '\n');
}

/* The item at the start of list: up to a comma that no parenthesis holds. */
static size_t item_length(const char *list)
{
    int open = 0;
    size_t len = 0;
    for (; list[len] && (open || list[len] != ','); len++)
        open += (list[len] == '(') - (list[len] == ')');
    return len;
}

void out_wrapped(struct out *o, const char *head, const char *list, const char *tail)
{
    size_t indent = strlen(head), column = indent;
    apus_buf_add(o->to, apus_str_of(head));
    for (const char *at = list; *at;) {
        size_t len = item_length(at), behind = at[len] ? 1 : strcspn(tail, "\n");
        if (at != list && column + 1 + len + behind > OUT_COLUMNS) {
            apus_buf_addf(o->to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (at != list) {
            apus_buf_addc(o->to, ' ');
            column++;
        }
        apus_buf_addf(o->to, "%.*s%s", (int)len, at, at[len] ? "," : "");
        column += len + 1;
        at += len + (at[len] ? 1 : 0);
        while (*at == ' ')
            at++;
    }
    out_line(o, "%s", tail);
}

void out_end(struct out *o)
{
    while (!o->to->failed && o->to->len > 1 && o->to->ptr[o->to->len - 1] == '\n' &&
           o->to->ptr[o->to->len - 2] == '\n')
        o->to->len--;
}

const char *out_where(struct out *o, ct_place place)
{
    const char *slash = place.file ? strrchr(place.file, '/') : NULL;
    const char *name = slash ? slash + 1 : place.file ? place.file : "?";
    return out_name(o, "%s:%u", name, place.line);
}

/* Octal escapes end after three digits, so the next character cannot join in. */
static void quote(apus_buf *to, const char *text)
{
    static const char named[] = "\"\\\n\r\t";
    static const char letters[] = "\"\\nrt";
    apus_buf_addc(to, '"');
    for (const char *p = text; *p; p++) {
        const char *at = strchr(named, *p);
        if (at)
            apus_buf_addf(to, "\\%c", letters[at - named]);
        else if ((unsigned char)*p < 0x20 || *p == 0x7f)
            apus_buf_addf(to, "\\%03o", (unsigned)(unsigned char)*p);
        else if (*p == '?' && p[1] == '?')
            apus_buf_lit(to, "\\?"); /* no trigraphs */
        else
            apus_buf_addc(to, *p);
    }
    apus_buf_addc(to, '"');
}

const char *out_quoted(struct out *o, const char *text)
{
    apus_buf b = apus_buf_in(o->arena);
    quote(&b, text);
    apus_str s;
    if (apus_buf_take(&b, &s)) {
        o->to->failed = APUS_NOMEM;
        return "\"\"";
    }
    return s.ptr;
}

const char *out_str_init(struct out *o, const char *text)
{
    return out_name(o, "APUS_STR_INIT(%s)", out_quoted(o, text));
}
