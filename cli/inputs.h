/* cli/inputs.h - values to attack a parameter or a body with, from its own schema.
 *
 * The first is one that keeps the schema, as far as that can be built; the others are
 * its neighbours: at each bound and just past it, of other types, empty, long, odd. */
#ifndef APUS_CLI_INPUTS_H
#define APUS_CLI_INPUTS_H

#include "apus/json.h"

struct inputs {
    apus_arena *arena;
    const apus_json *document; /* for references */
    apus_json *list;           /* of values; the first is the good one */
    unsigned depth;            /* of schemas within schemas */
};

/* One value that keeps the schema. */
apus_json *inputs_good(apus_arena *arena, const apus_json *document, const apus_json *schema);

/* All values for the schema, the good one first. */
apus_json *inputs_for(apus_arena *arena, const apus_json *document, const apus_json *schema);

/* Whether a value breaks its schema in a way that no conversion (of "1" to 1, say) mends. */
bool inputs_must_refuse(apus_arena *arena, const apus_json *document, const apus_json *schema,
                        const apus_json *value);

#endif
