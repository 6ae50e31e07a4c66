/* Constant expressions in options: what is left of INT32_MIN or A | B once macros
 * are expanded.  Precedence climbs as in C; comparisons are not offered. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/memory.h"
#include "compiler/options_parser.h"

const char *value_kind_name(ct_value_kind kind)
{
    static const char *const names[] = {
        [CT_VALUE_null] = "null",     [CT_VALUE_bool] = "a truth value",
        [CT_VALUE_int] = "a number",  [CT_VALUE_double] = "a number",
        [CT_VALUE_string] = "a text", [CT_VALUE_list] = "a list",
        [CT_VALUE_map] = "a map",     [CT_VALUE_word] = "a name",
    };
    return names[kind];
}

static void set_int(parser *p, ct_value *v, int64_t value)
{
    v->kind = CT_VALUE_int;
    v->integer = value;
    v->number = (double)value;
    v->word = NULL;
    v->text = memory_textf(p->reader->arena, "%" PRId64, value);
}

static void set_double(parser *p, ct_value *v, double value)
{
    char text[64];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    v->kind = CT_VALUE_double;
    v->number = value;
    v->integer = value >= -9.2e18 && value <= 9.2e18 ? (int64_t)value : 0;
    v->word = NULL;
    v->text = memory_text(p->reader->arena, text);
}

/* --- operands --- */

static void skip_suffix(parser *p)
{
    while (strchr("uUlLfF", parser_peek(p)) && parser_peek(p))
        p->at++;
}

static bool is_floating(const char *digits)
{
    bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    return strpbrk(digits, is_hex ? ".pP" : ".eE") != NULL;
}

/* Digits, letters, dots, and signs behind an exponent. */
static const char *number_text(parser *p)
{
    size_t from = p->at;
    bool is_hex = parser_peek(p) == '0' && (parser_peek_at(p, 1) | 0x20) == 'x';
    while (isalnum((unsigned char)parser_peek(p)) || parser_peek(p) == '.' ||
           ((parser_peek(p) == '+' || parser_peek(p) == '-') && p->at > from &&
            (p->text.ptr[p->at - 1] | 0x20) == (is_hex ? 'p' : 'e')))
        p->at++;
    return memory_slice(p->reader->arena, p->text.ptr + from, p->at - from);
}

static bool is_suffix(const char *s)
{
    return s[strspn(s, "uUlLfF")] == '\0';
}

static ct_value *read_number(parser *p)
{
    ct_value *v = parser_value(p, CT_VALUE_int, p->at);
    size_t from = p->at;
    const char *text = number_text(p);
    char *end;
    if (is_floating(text)) {
        double value = strtod(text, &end);
        set_double(p, v, value);
    } else {
        bool is_binary = text[0] == '0' && (text[1] | 0x20) == 'b';
        unsigned long long value = strtoull(is_binary ? text + 2 : text, &end, is_binary ? 2 : 0);
        bool is_big = value > INT64_MAX;
        set_int(p, v, is_big ? INT64_MAX : (int64_t)value);
        if (is_big) {
            v->number = (double)value;
            v->text = memory_textf(p->reader->arena, "%llu", value);
        }
    }
    if (!is_suffix(end)) {
        parser_fail(p, from, "'%s' is not a number", text);
        return NULL;
    }
    skip_suffix(p);
    return v;
}

static ct_value *read_character(parser *p)
{
    ct_value *v = parser_value(p, CT_VALUE_int, p->at);
    size_t from = p->at++;
    char c = parser_peek(p);
    if (c && c != '\\' && c != '\'' && parser_peek_at(p, 1) == '\'') {
        set_int(p, v, (unsigned char)c);
        p->at += 2;
        return v;
    }
    parser_fail(p, from, "only plain characters such as 'a' are understood here");
    return NULL;
}

/* INT64_C(5) in a file, before macros are expanded: its parentheses. */
static void skip_parentheses(parser *p)
{
    unsigned open = 0;
    bool in_text = false;
    do {
        char c = p->text.ptr[p->at++];
        if (c == '\\' && in_text)
            p->at++;
        else if (c == '"')
            in_text = !in_text;
        open += c == '(' && !in_text;
        open -= c == ')' && !in_text;
    } while (open && p->at < p->text.len);
    if (p->at > p->text.len)
        p->at = p->text.len;
}

static ct_value *read_word(parser *p)
{
    ct_value *v = parser_value(p, CT_VALUE_word, p->at);
    const char *word = parser_word(p);
    bool is_true = strcmp(word, "true") == 0;
    int64_t value;
    if (is_true || strcmp(word, "false") == 0) {
        v->kind = CT_VALUE_bool;
        v->truth = is_true;
        v->integer = is_true;
    } else if (strcmp(word, "null") == 0 || strcmp(word, "NULL") == 0) {
        v->kind = CT_VALUE_null;
    } else if (p->reader->find && p->reader->find(p->reader->ctx, word, &value)) {
        set_int(p, v, value);
        v->word = word;
    } else {
        v->text = word;
    }
    parser_skip(p);
    if (parser_peek(p) == '(') {
        if (p->reader->text == OPTIONS_expanded) {
            parser_fail(p, p->at, "'%s' cannot be called here", word);
            return NULL;
        }
        skip_parentheses(p);
    }
    return v;
}

static ct_value *read_unary(parser *p);
static ct_value *climb(parser *p, unsigned level);

/* Whether what came out of parentheses was a type, so that they are a cast. */
static bool is_cast(parser *p, const ct_value *inner)
{
    parser_skip(p);
    char c = parser_peek(p);
    return inner->kind == CT_VALUE_word && c && (isalnum((unsigned char)c) || c == '(' || c == '-');
}

/* What true and false come as through a macro (apus/annotate.h). */
static ct_value *read_bool(parser *p)
{
    static const char *const texts[] = { "(0 != 0)", "(0 == 0)" };
    for (int truth = 0; truth < 2; truth++) {
        apus_str text = apus_str_of(texts[truth]);
        if (!apus_str_starts(apus_str_slice(p->text, p->at, p->text.len), text))
            continue;
        ct_value *v = parser_value(p, CT_VALUE_bool, p->at);
        v->truth = truth;
        v->integer = truth;
        p->at += text.len;
        return v;
    }
    return NULL;
}

static ct_value *read_parentheses(parser *p)
{
    ct_value *truth = read_bool(p);
    if (truth)
        return truth;
    size_t from = p->at++;
    if (p->depth >= OPTIONS_DEPTH_MAX) {
        parser_fail(p, from, "more than %d parentheses within one another", OPTIONS_DEPTH_MAX);
        return NULL;
    }
    p->depth++;
    ct_value *inner = climb(p, 0);
    p->depth--;
    if (!inner)
        return NULL;
    bool is_pointer = false;
    if (inner->kind == CT_VALUE_word) {
        while (is_word_start((parser_skip(p), parser_peek(p))))
            parser_word(p); /* (unsigned long) */
        while (parser_take(p, '*'))
            is_pointer = true;
    }
    if (!parser_take(p, ')')) {
        parser_fail(p, from, "this parenthesis is not closed");
        return NULL;
    }
    if (!is_pointer && !is_cast(p, inner))
        return inner;
    ct_value *v = read_unary(p);
    if (v && is_pointer && v->kind == CT_VALUE_int && v->integer == 0)
        v->kind = CT_VALUE_null; /* ((void *)0) */
    return v;
}

static bool is_number(const ct_value *v)
{
    return v->kind == CT_VALUE_int || v->kind == CT_VALUE_double || v->kind == CT_VALUE_bool;
}

/* An operator on something without a number. */
static ct_value *refuse(parser *p, const ct_value *v, char operator)
{
    if (p->reader->text == OPTIONS_as_written) {
        ct_value *word = parser_value(p, CT_VALUE_word, v->place.column - 1);
        word->text = "";
        return word; /* a macro's name, perhaps */
    }
    parser_fail(p, v->place.column - 1, "'%c' needs numbers, and %s is none", operator,
                v->text ? v->text : value_kind_name(v->kind));
    return NULL;
}

static ct_value *apply_unary(parser *p, ct_value *v, char operator, size_t from)
{
    if (!is_number(v))
        return refuse(p, v, operator);
    v->place.column = (unsigned)from + 1;
    if (v->kind == CT_VALUE_double) {
        set_double(p, v, operator== '-' ? -v->number : v->number);
        return v;
    }
    int64_t value = v->integer;
    if (operator== '-')
        value = value == INT64_MIN ? INT64_MIN : -value;
    else if (operator== '~')
        value = ~value;
    else if (operator== '!')
        value = !value;
    set_int(p, v, value);
    return v;
}

static ct_value *read_unary(parser *p)
{
    parser_skip(p);
    size_t from = p->at;
    char c = parser_peek(p);
    if (c && strchr("+-~!", c)) {
        p->at++;
        if (p->depth++ >= OPTIONS_DEPTH_MAX) {
            parser_fail(p, from, "more than %d signs in a row", OPTIONS_DEPTH_MAX);
            return NULL;
        }
        ct_value *v = read_unary(p);
        p->depth--;
        return v ? apply_unary(p, v, c, from) : NULL;
    }
    if (c == '(')
        return read_parentheses(p);
    if (c == '\'')
        return read_character(p);
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)parser_peek_at(p, 1))))
        return read_number(p);
    if (is_word_start(c))
        return read_word(p);
    if (c == '"')
        parser_fail(p, from, "a text cannot be calculated with");
    else if (c)
        parser_fail(p, from, "expected a value, found '%c'", c);
    else
        parser_fail(p, from, "expected a value, found the end");
    return NULL;
}

/* --- operators --- */

static const struct {
    char name[3];
    unsigned char level;
} operators[] = {
    { "|", 0 }, { "^", 1 }, { "&", 2 }, { "<<", 3 }, { ">>", 3 },
    { "+", 4 }, { "-", 4 }, { "*", 5 }, { "/", 5 },  { "%", 5 },
};

/* The operator that comes next, if it binds at least as tightly as level; or -1. */
static int next_operator(parser *p, unsigned level)
{
    parser_skip(p);
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t len = strlen(operators[i].name);
        if (operators[i].level >= level && p->text.len - p->at >= len &&
            memcmp(p->text.ptr + p->at, operators[i].name, len) == 0)
            return (int)i;
    }
    return -1;
}

static bool apply_int(parser *p, int64_t a, int64_t b, char operator, int64_t * out, size_t at)
{
    bool overflow = false;
    switch (operator) {
    case '|':
        *out = a | b;
        break;
    case '^':
        *out = a ^ b;
        break;
    case '&':
        *out = a & b;
        break;
    case '<':
        overflow = b < 0 || b > 62 || a < 0 || a > INT64_MAX >> b;
        *out = overflow ? 0 : a << b;
        break;
    case '>':
        overflow = b < 0 || b > 63;
        *out = overflow ? 0 : a >> b;
        break;
    case '+':
        overflow = __builtin_add_overflow(a, b, out);
        break;
    case '-':
        overflow = __builtin_sub_overflow(a, b, out);
        break;
    case '*':
        overflow = __builtin_mul_overflow(a, b, out);
        break;
    default:
        if (b == 0 || (a == INT64_MIN && b == -1))
            return parser_fail(p, at, "this divides by zero or overflows");
        *out = operator== '/' ? a / b : a % b;
    }
    return !overflow || parser_fail(p, at, "the result does not fit in 64 bits");
}

static ct_value *apply_binary(parser *p, ct_value *a, ct_value *b, char operator, size_t at)
{
    if (!is_number(a) || !is_number(b))
        return refuse(p, is_number(a) ? b : a, operator);
    if (a->kind != CT_VALUE_double && b->kind != CT_VALUE_double) {
        int64_t value = 0;
        if (!apply_int(p, a->integer, b->integer, operator, & value, at))
            return NULL;
        set_int(p, a, value);
        return a;
    }
    double x = a->kind == CT_VALUE_double ? a->number : (double)a->integer;
    double y = b->kind == CT_VALUE_double ? b->number : (double)b->integer;
    if (!strchr("+-*/", operator)) {
        parser_fail(p, at, "'%c' needs whole numbers", operator);
        return NULL;
    }
    set_double(p, a,
                  operator== '+' ? x + y :
                  operator== '-' ? x - y
                  :
                  operator== '*' ? x * y
                                 : x / y);
    return a;
}

static ct_value *climb(parser *p, unsigned level)
{
    ct_value *left = read_unary(p);
    int found;
    while (left && (found = next_operator(p, level)) >= 0) {
        if (left->kind == CT_VALUE_word && operators[found].name[0] == '*' && p->depth)
            return left; /* (void *): a type, see read_parentheses */
        size_t at = p->at;
        p->at += strlen(operators[found].name);
        ct_value *right = climb(p, operators[found].level + 1U);
        left = right ? apply_binary(p, left, right, operators[found].name[0], at) : NULL;
    }
    return left;
}

ct_value *parser_expression(parser *p)
{
    return climb(p, 0);
}
