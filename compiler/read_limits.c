/* What requests may bring: body_max and its kin, of apps, routers, includes and routes. */
#include <string.h>

#include "apus/text.h"
#include "compiler/read.h"

/* A number of bytes, or a text such as "10MB"; 0: not said. */
static uint64_t read_size(unit *u, const ct_value *options, const char *key)
{
    const ct_value *v = value_get(options, key);
    int64_t bytes = v && v->kind == CT_VALUE_int ? v->integer : 0;
    apus_str of;
    if (!v)
        return 0;
    if (v->kind == CT_VALUE_string && apus_byte_size_parse(apus_str_of(v->text), &bytes, &of))
        bytes = 0;
    if (bytes > 0)
        return (uint64_t)bytes;
    diag *g = diag_error(u->reader->diags, v->place, "%s is a size, above nothing", key);
    diag_note(u->reader->diags, g, NULL, "write a number of bytes, or a text such as \"10MB\"");
    return 0;
}

/* How many of something there may be; 0: not said. */
static uint32_t read_most(unit *u, const ct_value *options, const char *key)
{
    enum { MOST = 1000000 };
    const ct_value *v = value_get(options, key);
    if (!v || v->kind != CT_VALUE_int)
        return 0;
    if (v->integer >= 1 && v->integer <= MOST)
        return (uint32_t)v->integer;
    diag *g = diag_error(u->reader->diags, v->place, "%s = %s is out of range", key, v->text);
    diag_note(u->reader->diags, g, NULL, "it is 1 at the least, and %d at the most", MOST);
    return 0;
}

static uint8_t read_shed(unit *u, const ct_value *options)
{
    static const char *const words[] = {
#define X(name) [APUS_SHED_##name] = #name,
        APUS_SHED_TABLE(X)
#undef X
    };
    const ct_value *v = value_get(options, "shed");
    const char *word = value_word(v);
    if (!v)
        return APUS_SHED_unsaid;
    for (size_t i = APUS_SHED_never; i < sizeof(words) / sizeof(words[0]); i++)
        if (word && strcmp(word, words[i]) == 0)
            return (uint8_t)i;
    diag *g = diag_error(u->reader->diags, v->place, "shed is a word: how soon requests give way");
    diag_note(u->reader->diags, g, NULL, "it is never, critical, normal or sheddable");
    return APUS_SHED_unsaid;
}

apus_request_limits limits_read(unit *u, const ct_value *options)
{
    return (apus_request_limits){
        .body_max = read_size(u, options, "body_max"),
        .part_max = read_size(u, options, "part_max"),
        .files_max = read_most(u, options, "files_max"),
        .fields_max = read_most(u, options, "fields_max"),
        .shed = read_shed(u, options),
    };
}
