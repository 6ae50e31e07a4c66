/* compiler/options.h - the text between an annotation's parentheses, as values.
 *
 *     "/items", status = 201, tags = ["a"], responses = {404: conflict}
 *
 *     options = [ option { "," option } [ "," ] ]
 *     option  = [ word "=" ] value
 *     value   = text { text } | "[" values "]" | "{" key ":" value, ... "}" | expression
 *
 * An expression is a constant one as C has it: numbers, enumerators, the usual
 * operators, casts.  Macros have been expanded by the time the text gets here.
 *
 * The result is a map in the order of the text; options without a key have
 * NULL there.  In its places the column is the byte's index in the text plus
 * one and the line is 0. */
#ifndef APUSC_OPTIONS_H
#define APUSC_OPTIONS_H

#include "compiler/contract.h"

enum {
    OPTIONS_SIZE_MAX = 1 << 16, /* bytes of text */
    OPTIONS_DEPTH_MAX = 64,     /* lists, maps and parentheses within one another */
};

typedef enum options_text {
    OPTIONS_expanded,   /* as the annotation carries it */
    OPTIONS_as_written, /* from the file: macros stand for themselves, comments too */
} options_text;

typedef struct options_reader {
    apus_arena *arena;
    options_text text;
    /* Looks up an enumerator.  NULL: there are none. */
    bool (*find)(void *ctx, const char *name, int64_t *value);
    void *ctx;
} options_reader;

typedef struct options_error {
    size_t offset;
    const char *message; /* in the arena */
} options_error;

/* NULL, with *error filled, when the text is not a list of options. */
ct_value *options_parse(const options_reader *r, apus_str text, options_error *error);

/* Reads as far as the parenthesis that ends the options; its offset in *end. */
ct_value *options_parse_to_end(const options_reader *r, apus_str text, size_t *end,
                               options_error *error);

#endif
