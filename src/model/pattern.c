/* Patterns are searched, not anchored, as Python's re.search; matching stops at a
 * limit, so that no pattern can hang a worker: what gives up does not match. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/pattern.h"

#include <pcre2.h>

enum {
    MATCH_LIMIT = 200000, /* steps */
    DEPTH_LIMIT = 1000,   /* of backtracking */
    HEAP_LIMIT = 1024,    /* KiB for it */
};

apus_rc apus__pattern_prepare(apus_pattern *p, apus_err *err)
{
    if (p->code)
        return APUS_OK;
    int why;
    PCRE2_SIZE where;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)p->text, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_NO_UTF_CHECK, &why, &where, NULL);
    if (!code) {
        PCRE2_UCHAR text[160];
        pcre2_get_error_message(why, text, sizeof(text));
        return apus_err_set(err, APUS_INVALID, "pattern \"%s\": %s at character %zu", p->text,
                            (const char *)text, (size_t)where);
    }
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without, it is only slower */
    p->code = code;
    return APUS_OK;
}

apus_rc apus__pattern_match(const apus_pattern *p, apus_str text)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    int found = PCRE2_ERROR_NOMEMORY;
    if (data && limits) {
        pcre2_set_match_limit(limits, MATCH_LIMIT);
        pcre2_set_depth_limit(limits, DEPTH_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_LIMIT);
        found = pcre2_match(p->code, (PCRE2_SPTR)text.ptr, text.len, 0, PCRE2_NO_UTF_CHECK, data,
                            limits);
    }
    pcre2_match_context_free(limits);
    pcre2_match_data_free(data);
    if (found == PCRE2_ERROR_NOMEMORY)
        return APUS_NOMEM;
    return found >= 0 ? APUS_OK : APUS_INVALID;
}

void apus__pattern_release(apus_pattern *p)
{
    pcre2_code_free(p->code);
    p->code = NULL;
}
