/* Patterns, as the running service will compile them. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "compiler/check_parts.h"

static pcre2_code *compile(const char *pattern, int *error, PCRE2_SIZE *at)
{
    return pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_UTF, error, at, NULL);
}

/* options: where it was written. */
static void check_text(checker *k, const char *pattern, const ct_value *options)
{
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = compile(pattern, &error, &at);
    if (code) {
        pcre2_code_free(code);
        return;
    }
    PCRE2_UCHAR said[160];
    pcre2_get_error_message(error, said, sizeof(said));
    const ct_value *v = value_get(options, "pattern");
    diag *g =
        diag_error(k->diags, v->place, "this pattern does not compile: %s", (const char *)said);
    diag_note(k->diags, g, NULL, "at character %zu, in front of \"%.20s\"", (size_t)at + 1,
              pattern + at);
}

void check_pattern(checker *k, const ct_field *f)
{
    if (f->rules.has & APUS_RULE_pattern)
        check_text(k, f->rules.pattern, f->rules.options);
}

void check_convertors(checker *k)
{
    for (const ct_convertor *c = k->contract->convertors; c; c = c->next) {
        if (c->pattern)
            check_text(k, c->pattern, c->options);
    }
}

bool pattern_matches(const char *pattern, const char *text)
{
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = compile(pattern, &error, &at);
    if (!code)
        return true;
    pcre2_match_data *found = pcre2_match_data_create_from_pattern(code, NULL);
    int n = found ? pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, found, NULL) : 0;
    pcre2_match_data_free(found);
    pcre2_code_free(code);
    return n != PCRE2_ERROR_NOMATCH;
}
