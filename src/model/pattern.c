/* Patterns are searched, not anchored, as Python's re.search; matching stops at a
 * limit, so that no pattern can hang a worker: what gives up does not match.  PCRE2 says
 * what a pattern means; most texts are matched by a table that says the same (matcher.h). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "apus/pattern.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "model/matcher.h"

enum {
    MATCH_LIMIT = 200000, /* steps */
    DEPTH_LIMIT = 1000,   /* of backtracking */
    HEAP_LIMIT = 1024,    /* KiB for it */
};

/* What matching needs is taken once; the flag says that somebody has it.  A second
 * thread, which only blocking code could be, takes its own. */
struct compiled {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *limits;
    atomic_flag busy;
    bool is_simple; /* `matcher` knows it */
    struct apus__matcher matcher;
};

static void release(struct compiled *c)
{
    if (!c)
        return;
    pcre2_match_context_free(c->limits);
    pcre2_match_data_free(c->data);
    pcre2_code_free(c->code);
    free(c);
}

static apus_rc compile(struct compiled *c, const char *text, apus_err *err)
{
    int why;
    PCRE2_SIZE where;
    c->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_NO_UTF_CHECK,
                            &why, &where, NULL);
    if (!c->code) {
        PCRE2_UCHAR message[160];
        pcre2_get_error_message(why, message, sizeof(message));
        return apus_err_set(err, APUS_INVALID, "pattern \"%s\": %s at character %zu", text,
                            (const char *)message, (size_t)where);
    }
    (void)pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE); /* without, it is only slower */
    c->data = pcre2_match_data_create(1, NULL);
    c->limits = pcre2_match_context_create(NULL);
    if (!c->data || !c->limits)
        return apus_err_set(err, APUS_NOMEM, "no memory for the pattern \"%s\"", text);
    pcre2_set_match_limit(c->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(c->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(c->limits, HEAP_LIMIT);
    return APUS_OK;
}

apus_rc apus_pattern_prepare(apus_pattern *p, apus_err *err)
{
    if (p->code)
        return APUS_OK;
    struct compiled *c = calloc(1, sizeof(*c));
    if (!c)
        return apus_err_set(err, APUS_NOMEM, "no memory for the pattern \"%s\"", p->text);
    atomic_flag_clear(&c->busy);
    apus_rc rc = compile(c, p->text, err);
    if (rc) {
        release(c);
        return rc;
    }
    c->is_simple = apus__matcher_build(&c->matcher, p->text);
    p->code = c;
    return APUS_OK;
}

static int match(const struct compiled *c, pcre2_match_data *data, apus_str text)
{
    return pcre2_match(c->code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, data,
                       c->limits);
}

static apus_rc search(struct compiled *c, apus_str text)
{
    int found = PCRE2_ERROR_NOMEMORY;
    if (!atomic_flag_test_and_set_explicit(&c->busy, memory_order_acquire)) {
        found = match(c, c->data, text);
        atomic_flag_clear_explicit(&c->busy, memory_order_release);
    } else {
        pcre2_match_data *own = pcre2_match_data_create(1, NULL);
        if (own)
            found = match(c, own, text);
        pcre2_match_data_free(own);
    }
    if (found == PCRE2_ERROR_NOMEMORY)
        return APUS_NOMEM;
    return found >= 0 ? APUS_OK : APUS_INVALID;
}

apus_rc apus_pattern_match(const apus_pattern *p, apus_str text)
{
    struct compiled *c = p->code;
    enum apus__verdict verdict =
        c->is_simple ? apus__matcher_run(&c->matcher, text) : APUS__VERDICT_unsure;
    if (verdict == APUS__VERDICT_unsure)
        return search(c, text);
    return verdict == APUS__VERDICT_yes ? APUS_OK : APUS_INVALID;
}

void apus_pattern_release(apus_pattern *p)
{
    release(p->code);
    p->code = NULL;
}
