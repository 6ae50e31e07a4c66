#include "apus/dotenv.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "apus/buf.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

static char peek(const apus_dotenv *d)
{
    return d->rest.len ? d->rest.ptr[0] : '\n';
}

static void skip_blanks(apus_dotenv *d)
{
    while (d->rest.len && is_blank(d->rest.ptr[0]))
        apus_str_cut(&d->rest, 1);
}

/* Up to the end of the line, which stays. */
static apus_str cut_line(apus_dotenv *d)
{
    size_t end = apus_str_find(d->rest, '\n');
    return apus_str_cut(&d->rest, end < d->rest.len ? end : d->rest.len);
}

static void next_line(apus_dotenv *d)
{
    cut_line(d);
    if (d->rest.len)
        d->line++;
    apus_str_cut(&d->rest, d->rest.len ? 1 : 0);
}

static apus_str cut_name(apus_dotenv *d)
{
    size_t len = 0;
    while (len < d->rest.len && is_name(d->rest.ptr[len]))
        len++;
    return apus_str_cut(&d->rest, len);
}

/* Text that is not quoted: a '#' behind a blank begins a comment. */
static apus_str plain(apus_dotenv *d)
{
    apus_str line = cut_line(d);
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
            line.len = i;
    while (line.len && is_blank(line.ptr[line.len - 1]))
        line.len--;
    return line;
}

static void add_escaped(apus_buf *to, char c)
{
    static const char letters[] = "nrt\\\"$", meanings[] = "\n\r\t\\\"$";
    const char *at = c ? strchr(letters, c) : NULL;
    if (at) {
        apus_buf_addc(to, meanings[at - letters]);
    } else { /* as it stands */
        apus_buf_addc(to, '\\');
        apus_buf_addc(to, c);
    }
}

/* From behind the quote to the one that ends it.  false: there is none. */
static bool quoted(apus_dotenv *d, char quote, apus_buf *to)
{
    uint32_t line = d->line;
    for (size_t i = 0; i < d->rest.len; i++) {
        char c = d->rest.ptr[i];
        if (c == quote) {
            apus_str_cut(&d->rest, i + 1);
            d->line = line;
            return true;
        }
        if (c == '\\' && quote == '"' && i + 1 < d->rest.len) {
            c = d->rest.ptr[++i];
            add_escaped(to, c);
        } else {
            apus_buf_addc(to, c);
        }
        line += c == '\n';
    }
    return false;
}

static apus_rc read_value(apus_dotenv *d, apus_arena *a, apus_str *value)
{
    char quote = peek(d);
    if (quote != '"' && quote != '\'') {
        *value = apus_arena_str(a, plain(d));
        return value->ptr ? APUS_OK : APUS_NOMEM;
    }
    apus_buf b = apus_buf_in(a);
    apus_str_cut(&d->rest, 1);
    if (!quoted(d, quote, &b))
        return APUS_SYNTAX;
    skip_blanks(d);
    if (peek(d) != '\n' && peek(d) != '#')
        return APUS_SYNTAX;
    return apus_buf_take(&b, value);
}

apus_rc apus_dotenv_next(apus_dotenv *d, apus_arena *a, apus_str *name, apus_str *value)
{
    while (d->rest.len) {
        skip_blanks(d);
        if (d->rest.len && peek(d) != '\n' && peek(d) != '#')
            break;
        next_line(d);
    }
    if (!d->rest.len)
        return APUS_DONE;
    *name = cut_name(d);
    if (apus_str_eq(*name, APUS_STR("export")) && is_blank(peek(d))) {
        skip_blanks(d);
        *name = cut_name(d);
    }
    skip_blanks(d);
    if (!name->len || peek(d) != '=')
        return APUS_SYNTAX;
    apus_str_cut(&d->rest, 1);
    skip_blanks(d);
    return read_value(d, a, value);
}
