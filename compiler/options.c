/* The parser of option text: lists, maps, texts.  Numbers stand in options_number.c. */
#include "compiler/options.h"

#include <ctype.h>
#include <string.h>

#include "compiler/memory.h"
#include "compiler/options_parser.h"

/* --- characters --- */

char parser_peek(const parser *p)
{
    return p->at < p->text.len ? p->text.ptr[p->at] : '\0';
}

char parser_peek_at(const parser *p, size_t ahead)
{
    return p->at + ahead < p->text.len ? p->text.ptr[p->at + ahead] : '\0';
}

static void skip_comment(parser *p)
{
    bool is_line = parser_peek_at(p, 1) == '/';
    p->at += 2;
    while (p->at < p->text.len) {
        if (is_line && parser_peek(p) == '\n')
            return;
        if (!is_line && parser_peek(p) == '*' && parser_peek_at(p, 1) == '/') {
            p->at += 2;
            return;
        }
        p->at++;
    }
}

void parser_skip(parser *p)
{
    for (;;) {
        char c = parser_peek(p);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\')
            p->at++;
        else if (c == '/' && (parser_peek_at(p, 1) == '/' || parser_peek_at(p, 1) == '*'))
            skip_comment(p);
        else
            return;
    }
}

bool parser_take(parser *p, char c)
{
    parser_skip(p);
    if (parser_peek(p) != c || p->at >= p->text.len)
        return false;
    p->at++;
    return true;
}

bool parser_fail(parser *p, size_t offset, const char *fmt, ...)
{
    if (p->failed)
        return false;
    va_list args;
    va_start(args, fmt);
    p->failed = true;
    p->error->offset = offset;
    p->error->message = memory_vtextf(p->reader->arena, fmt, args);
    va_end(args);
    return false;
}

bool is_word_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

const char *parser_word(parser *p)
{
    size_t from = p->at;
    while (is_word_start(parser_peek(p)) || isdigit((unsigned char)parser_peek(p)))
        p->at++;
    return memory_slice(p->reader->arena, p->text.ptr + from, p->at - from);
}

ct_value *parser_value(parser *p, ct_value_kind kind, size_t from)
{
    ct_value *v = NEW(p->reader->arena, ct_value);
    v->kind = kind;
    v->place.column = (unsigned)from + 1;
    return v;
}

/* --- texts --- */

static unsigned digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return (unsigned)(c - '0');
    return isxdigit((unsigned char)c) ? (unsigned)(tolower((unsigned char)c) - 'a') + 10 : 99;
}

/* Digits of a base, at most `most` of them. */
static unsigned long read_digits(parser *p, unsigned base, unsigned most)
{
    unsigned long value = 0;
    while (most-- && digit_value(parser_peek(p)) < base)
        value = value * base + digit_value(p->text.ptr[p->at++]);
    return value;
}

static void add_codepoint(apus_buf *to, unsigned long c)
{
    if (c < 0x80) {
        apus_buf_addc(to, (char)c);
    } else if (c < 0x800) {
        apus_buf_addc(to, (char)(0xc0 | c >> 6));
        apus_buf_addc(to, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        apus_buf_addc(to, (char)(0xe0 | c >> 12));
        apus_buf_addc(to, (char)(0x80 | (c >> 6 & 0x3f)));
        apus_buf_addc(to, (char)(0x80 | (c & 0x3f)));
    } else {
        apus_buf_addc(to, (char)(0xf0 | c >> 18));
        apus_buf_addc(to, (char)(0x80 | (c >> 12 & 0x3f)));
        apus_buf_addc(to, (char)(0x80 | (c >> 6 & 0x3f)));
        apus_buf_addc(to, (char)(0x80 | (c & 0x3f)));
    }
}

/* What stands behind a backslash. */
static bool read_escape(parser *p, apus_buf *to)
{
    static const char letters[] = "abfnrtv\\'\"?";
    static const char meanings[] = "\a\b\f\n\r\t\v\\'\"?";
    size_t from = p->at;
    char c = parser_peek(p);
    const char *simple = c ? strchr(letters, c) : NULL;
    if (simple) {
        p->at++;
        apus_buf_addc(to, meanings[simple - letters]);
        return true;
    }
    unsigned long value;
    if (digit_value(c) < 8) {
        value = read_digits(p, 8, 3);
        apus_buf_addc(to, (char)value);
    } else if (c == 'x') {
        p->at++;
        value = read_digits(p, 16, 2);
        apus_buf_addc(to, (char)value);
    } else if (c == 'u' || c == 'U') {
        p->at++;
        value = read_digits(p, 16, c == 'u' ? 4 : 8);
        if (value > 0x10ffff)
            return parser_fail(p, from, "\\%c names no character", c);
        add_codepoint(to, value);
    } else {
        return parser_fail(p, from, "unknown escape '\\%c' in a text", c ? c : ' ');
    }
    return value != 0 || parser_fail(p, from, "a text cannot hold the character \\0");
}

static bool read_literal(parser *p, apus_buf *to)
{
    size_t from = p->at++;
    while (p->at < p->text.len && parser_peek(p) != '"') {
        char c = p->text.ptr[p->at++];
        if (c != '\\')
            apus_buf_addc(to, c);
        else if (!read_escape(p, to))
            return false;
    }
    return parser_take(p, '"') || parser_fail(p, from, "this text has no closing quote");
}

/* One text or several that stand behind one another. */
static ct_value *read_text(parser *p)
{
    ct_value *v = parser_value(p, CT_VALUE_string, p->at);
    apus_buf text = apus_buf_in(p->reader->arena);
    do {
        if (!read_literal(p, &text))
            return NULL;
        parser_skip(p);
    } while (parser_peek(p) == '"');
    apus_str s;
    if (apus_buf_take(&text, &s))
        memory_out();
    if (!apus_str_is_utf8(s)) {
        parser_fail(p, v->place.column - 1, "this text is not valid UTF-8");
        return NULL;
    }
    v->text = s.ptr;
    return v;
}

/* --- lists and maps --- */

static ct_value *read_list(parser *p)
{
    ct_value *list = parser_value(p, CT_VALUE_list, p->at++);
    ct_value **last = &list->items;
    while (!parser_take(p, ']')) {
        ct_value *item = parser_read(p);
        if (!item)
            return NULL;
        *last = item;
        last = &item->next;
        if (parser_take(p, ','))
            continue;
        if (parser_take(p, ']'))
            break;
        parser_fail(p, p->at, "expected ',' or ']' in this list");
        return NULL;
    }
    return list;
}

static ct_value *read_member(parser *p)
{
    parser_skip(p);
    size_t from = p->at;
    ct_value *key = parser_read(p);
    if (!key)
        return NULL;
    if (!key->text) {
        parser_fail(p, from, "%s cannot be a key", value_kind_name(key->kind));
        return NULL;
    }
    if (!parser_take(p, ':')) {
        parser_fail(p, p->at, "expected ':' behind the key '%s'", key->text);
        return NULL;
    }
    ct_value *value = parser_read(p);
    if (!value)
        return NULL;
    value->key = key->word ? key->word : key->text;
    value->key_place.column = (unsigned)from + 1;
    return value;
}

static ct_value *read_map(parser *p)
{
    ct_value *map = parser_value(p, CT_VALUE_map, p->at++);
    ct_value **last = &map->items;
    while (!parser_take(p, '}')) {
        ct_value *member = read_member(p);
        if (!member)
            return NULL;
        *last = member;
        last = &member->next;
        if (parser_take(p, ','))
            continue;
        if (parser_take(p, '}'))
            break;
        parser_fail(p, p->at, "expected ',' or '}' in this map");
        return NULL;
    }
    return map;
}

ct_value *parser_read(parser *p)
{
    parser_skip(p);
    if (p->depth >= OPTIONS_DEPTH_MAX) {
        parser_fail(p, p->at, "more than %d lists within one another", OPTIONS_DEPTH_MAX);
        return NULL;
    }
    p->depth++;
    char c = parser_peek(p);
    ct_value *v = c == '"'   ? read_text(p)
                  : c == '[' ? read_list(p)
                  : c == '{' ? read_map(p)
                             : parser_expression(p);
    p->depth--;
    return v;
}

/* --- options --- */

/* "word =": the key in front of an option; NULL where there is none. */
static const char *read_key(parser *p, size_t *from)
{
    parser_skip(p);
    *from = p->at;
    if (!is_word_start(parser_peek(p)))
        return NULL;
    const char *word = parser_word(p);
    parser_skip(p);
    if (parser_peek(p) == '=' && parser_peek_at(p, 1) != '=') {
        p->at++;
        return word;
    }
    p->at = *from;
    return NULL;
}

static bool at_end(parser *p)
{
    parser_skip(p);
    return p->at >= p->text.len || (p->stop_at_parenthesis && parser_peek(p) == ')');
}

static ct_value *read_options(parser *p)
{
    ct_value *map = parser_value(p, CT_VALUE_map, 0);
    ct_value **last = &map->items;
    while (!at_end(p)) {
        size_t from;
        const char *key = read_key(p, &from);
        if (key && at_end(p)) {
            parser_fail(p, from, "the option '%s' has no value", key);
            return NULL;
        }
        ct_value *v = parser_read(p);
        if (!v)
            return NULL;
        v->key = key;
        v->key_place.column = key ? (unsigned)from + 1 : 0;
        *last = v;
        last = &v->next;
        if (at_end(p))
            break;
        if (!parser_take(p, ',')) {
            parser_fail(p, p->at, "expected ',' between options");
            return NULL;
        }
    }
    return map;
}

static ct_value *parse(const options_reader *r, apus_str text, size_t *end, options_error *error)
{
    parser p = { .reader = r, .text = text, .error = error, .stop_at_parenthesis = end != NULL };
    if (text.len > OPTIONS_SIZE_MAX && !end) {
        parser_fail(&p, 0, "options of more than %d bytes", OPTIONS_SIZE_MAX);
        return NULL;
    }
    ct_value *map = read_options(&p);
    if (end)
        *end = p.at;
    return p.failed ? NULL : map;
}

ct_value *options_parse(const options_reader *r, apus_str text, options_error *error)
{
    return parse(r, text, NULL, error);
}

ct_value *options_parse_to_end(const options_reader *r, apus_str text, size_t *end,
                               options_error *error)
{
    return parse(r, apus_str_slice(text, 0, OPTIONS_SIZE_MAX), end, error);
}
