/* Line 1 of standard input is a JSON Schema, each further line a value: prints valid,
 * invalid or unsupported for each.  For the jsonschema suite. */
#include <stdio.h>
#include <stdlib.h>

#include "apus/schema.h"

static const char *verdict(apus_rc read, const apus_schema *schema, apus_arena *a, apus_str line)
{
    apus_json *value;
    if (read)
        return "unsupported";
    if (apus_json_parse(a, line, NULL, &value, NULL))
        return "invalid";
    apus_rc rc = apus_schema_check(schema, a, value, NULL);
    return rc == APUS_OK ? "valid" : rc == APUS_INVALID ? "invalid" : "unsupported";
}

int main(void)
{
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, (size_t)1 << 30);
    apus_json *document = NULL;
    apus_schema schema = { 0 };
    apus_rc read = APUS_SYNTAX;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    while ((len = getline(&line, &room, stdin)) > 0) {
        apus_str text = apus_arena_str(&arena, (apus_str){ line, (size_t)len });
        if (document) {
            puts(verdict(read, &schema, &arena, text));
            fflush(stdout);
        } else if (apus_json_parse(&arena, text, NULL, &document, NULL) == APUS_OK) {
            read = apus_schema_read(document, "", &schema, NULL);
        } else {
            return 1;
        }
    }
    free(line);
    apus_arena_finish(&arena);
    return 0;
}
