/* Pattern, NUL, text: where the table of states is sure, PCRE2 says the same. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <assert.h>
#include <pcre2.h>
#include <stddef.h>
#include <stdint.h>

#include "model/matcher.h"

enum { STEPS_MAX = 100000 }; /* of PCRE2, which tries some patterns for ages */

/* As pcre2_match; below -1 where it gave up. */
static int match(const pcre2_code *code, apus_str text)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    pcre2_set_match_limit(limits, STEPS_MAX);
    int n = pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, found, limits);
    pcre2_match_data_free(found);
    pcre2_match_context_free(limits);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct apus__matcher m;
    const char *pattern = (const char *)data;
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    if (!nul || nul - data > 200 || !apus__matcher_build(&m, pattern))
        return 0;
    apus_str text = { (const char *)nul + 1, size - (size_t)(nul - data) - 1 };
    int why;
    PCRE2_SIZE where;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &why, &where, NULL);
    assert(code); /* what is simple is a pattern */
    enum apus__verdict verdict = apus__matcher_run(&m, text);
    if (verdict != APUS__VERDICT_unsure && apus_str_is_utf8(text)) {
        int n = match(code, text);
        assert(n < -1 || (n >= 0) == (verdict == APUS__VERDICT_yes));
    }
    pcre2_code_free(code);
    return 0;
}
