/* compiler/options_parser.h - what the two halves of the option parser share. */
#ifndef APUSC_OPTIONS_PARSER_H
#define APUSC_OPTIONS_PARSER_H

#include "compiler/options.h"

typedef struct parser {
    const options_reader *reader;
    apus_str text;
    size_t at;
    unsigned depth;
    bool stop_at_parenthesis;
    bool failed;
    options_error *error;
} parser;

/* The next character, NUL at the end. */
char parser_peek(const parser *p);
char parser_peek_at(const parser *p, size_t ahead);

/* Past blanks and comments. */
void parser_skip(parser *p);

/* Takes c if it comes next, blanks aside. */
bool parser_take(parser *p, char c);

/* Keeps the first failure; has the value false. */
bool parser_fail(parser *p, size_t offset, const char *fmt, ...) APUS_PRINTF(3, 4);

bool is_word_start(char c);
const char *parser_word(parser *p);

ct_value *parser_value(parser *p, ct_value_kind kind, size_t from);

/* Any value; NULL after a failure. */
ct_value *parser_read(parser *p);

/* A constant expression, or a word. */
ct_value *parser_expression(parser *p);

const char *value_kind_name(ct_value_kind kind);

#endif
