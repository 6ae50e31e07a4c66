/* src/model/matcher.h - a simple pattern as a table of states.
 *
 * Patterns that say what a field looks like are mostly small and regular: literals,
 * classes, groups, repetition.  Such a one becomes a table by which a text is matched at
 * two loads a byte.  Whatever else a pattern or a text may hold is PCRE2's: the answer is
 * then "unsure".  Where it is sure, it is what PCRE2 would say. */
#ifndef APUS_MODEL_MATCHER_H
#define APUS_MODEL_MATCHER_H

#include "apus/str.h"

enum {
    APUS__MATCHER_STATES = 64,
    APUS__MATCHER_CLASSES = 32, /* of bytes that no part of the pattern tells apart */
    APUS__MATCHER_OPEN = 3 * APUS__MATCHER_CLASSES, /* states below it stay, whatever follows */
};

enum apus__verdict {
    APUS__VERDICT_no,
    APUS__VERDICT_yes,
    APUS__VERDICT_unsure,
};

struct apus__matcher {
    uint8_t class_of[256];
    uint16_t next[APUS__MATCHER_STATES * APUS__MATCHER_CLASSES]; /* by state + class */
    uint8_t verdict[APUS__MATCHER_STATES];                       /* where the text ends */
    uint16_t start;
};

/* false: the pattern is not simple enough, or no pattern at all. */
bool apus__matcher_build(struct apus__matcher *m, const char *pattern);

/* States are multiples of APUS__MATCHER_CLASSES. */
static inline enum apus__verdict apus__matcher_run(const struct apus__matcher *m, apus_str text)
{
    unsigned state = m->start;
    for (size_t i = 0; i < text.len; i++) {
        state = m->next[state + m->class_of[(unsigned char)text.ptr[i]]];
        if (state < APUS__MATCHER_OPEN)
            break;
    }
    return (enum apus__verdict)m->verdict[state / APUS__MATCHER_CLASSES];
}

#endif
