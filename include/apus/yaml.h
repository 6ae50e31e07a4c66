/* apus/yaml.h - a YAML document as a JSON value, for files that people write.
 *
 * Mappings, lists and scalars of one document.  Each scalar is the text that was written,
 * `8080` as `"8080"`: the reader's types decide what it means; only `null`, `~` and nothing
 * are null.  An alias is a copy of what its anchor names, and counts as such: what is short on
 * paper does not get long in memory.  `<<: *base` merges: the mapping's own members win, then
 * those of the first of a list.  Tags and further documents are refused.
 *
 * Bytes in, a value out; nothing suspends.  The parser is libyaml's. */
#ifndef APUS_YAML_H
#define APUS_YAML_H

#include <stdbool.h>

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/json.h"
#include "apus/rc.h"

APUS_API_BEGIN

enum {
    APUS_YAML_DEPTH_MAX = 16,    /* mappings and lists within one another */
    APUS_YAML_DEPTH_MOST = 200,  /* ... whoever asks for more */
    APUS_YAML_NODES_MAX = 10000, /* mappings, lists and scalars, those of aliases included */
    APUS_YAML_ANCHORS_MAX = 256, /* names of anchors */
};

/* Reads text into *a; an empty document is an empty object.
 * APUS_OK; APUS_SYNTAX, APUS_LIMIT (deeper, or more nodes) or APUS_NOMEM, with *err saying what
 * is wrong in which line, never a value. */
apus_rc apus_yaml_parse(apus_arena *a, apus_str text, apus_json **out, apus_err *err)
    APUS_NODISCARD;

/* What apus_yaml_parse_as takes for granted; zero: as apus_yaml_parse does. */
typedef struct apus_yaml_options {
    unsigned depth_max; /* mappings and lists within one another; at most DEPTH_MOST */
    unsigned nodes_max; /* mappings, lists and scalars */
    bool is_typed;      /* plain scalars are true, false and numbers where they read like JSON's
                           (YAML 1.2's core schema, but for its octal, hexadecimal and infinite
                           numbers); else all are texts, for somebody who knows their types */
} apus_yaml_options;

/* The same under these. */
apus_rc apus_yaml_parse_as(apus_arena *a, apus_str text, const apus_yaml_options *options,
                           apus_json **out, apus_err *err) APUS_NODISCARD;

/* The line in which that key of the outermost mapping stands, for words about its value; else
 * that of `<<`, which may have brought it; 0 where there is none, or the text is not read. */
unsigned apus_yaml_line_of(apus_str text, apus_str key);

APUS_API_END

#endif
