/* cli/diff.h - what a new version of an OpenAPI document means for clients of the old one.
 *
 * A client was written against the old document and is not changed.  What it sends must still
 * be taken, and what comes back must still be what it was told: in requests the new schema may
 * only be wider, in answers only narrower.
 *
 * LIMITS: DIFF_WORK_MAX pairs of schemas; a pair that was compared is not compared again, so
 * that models which hold themselves end. */
#ifndef APUS_CLI_DIFF_H
#define APUS_CLI_DIFF_H

#include <stdbool.h>

#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/json.h"

enum { DIFF_WORK_MAX = 100000, DIFF_DEPTH_MAX = 100 };

typedef enum diff_severity {
    DIFF_breaking,   /* a client that keeps the old document can fail */
    DIFF_risky,      /* it depends on what clients do with it */
    DIFF_compatible, /* no client need notice */
} diff_severity;

typedef enum diff_direction { DIFF_request, DIFF_answer } diff_direction;

struct diff_finding {
    diff_severity severity;
    const char *at;        /* JSON pointer: into the new document, or the old one of what is gone */
    const char *operation; /* "GET /items"; "" of what belongs to none */
    const char *why;
    struct diff_finding *next;
};

struct diff_pair;

struct diff {
    apus_arena *arena;
    const apus_json *old_document, *new_document;
    const char *operation;
    struct diff_finding *findings, **findings_end;
    struct diff_pair *pairs[256]; /* that were compared */
    unsigned n[3];                /* findings of each severity */
    unsigned work, depth;
};

/* Compares everything.  false: one of them is no OpenAPI 3 document, or they are larger than
 * the limits; *why says which. */
bool diff_documents(struct diff *d, const char **why);

/* Below: for the parts of it. */

void diff_say(struct diff *d, diff_severity severity, const char *at, const char *fmt, ...)
    APUS_PRINTF(4, 5);

/* at + "/" + name, escaped as JSON pointers are. */
const char *diff_at(struct diff *d, const char *at, apus_str name);

const apus_json *diff_first(const apus_json *v); /* child of a list or object; or NULL */

void diff_schemas(struct diff *d, const apus_json *old_schema, const apus_json *new_schema,
                  diff_direction direction, const char *at);

#endif
