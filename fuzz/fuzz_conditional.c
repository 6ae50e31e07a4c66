/* Whatever the headers say: each range lies within what there is, in at most as many bytes,
 * and a date that is read is written and read as the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/conditional.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines of the input are the headers, in this order. */
static apus_str next_line(apus_str *rest)
{
    size_t end = apus_str_find(*rest, '\n');
    apus_str line = apus_str_slice(*rest, 0, end);
    apus_str_cut(rest, end == SIZE_MAX ? rest->len : end + 1);
    return line;
}

static void check_ranges(const apus_conditions *c, uint64_t size)
{
    apus_range r[APUS_RANGES_MAX];
    size_t n = 0;
    uint64_t total = 0;
    if (apus_ranges_wanted(c, APUS_STR("\"t\""), 784111777, size, r, &n))
        return;
    assert(n > 0 && n <= APUS_RANGES_MAX);
    for (size_t i = 0; i < n; i++) {
        assert(r[i].first <= r[i].last && r[i].last < size);
        total += r[i].last - r[i].first + 1;
    }
    assert(total <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_str rest = { (const char *)data, size };
    apus_conditions c;
    c.range = next_line(&rest);
    c.if_range = next_line(&rest);
    c.if_match = next_line(&rest);
    c.if_none_match = next_line(&rest);
    c.if_modified_since = next_line(&rest);
    c.if_unmodified_since = next_line(&rest);
    unsigned status = apus_conditions_status(&c, APUS_STR("\"t\""), 784111777);
    assert(status == 200 || status == 304 || status == 412);
    check_ranges(&c, 0);
    check_ranges(&c, 10);
    check_ranges(&c, UINT64_MAX);
    int64_t seconds, again;
    if (apus_http_date_parse(c.if_modified_since, &seconds)) {
        char text[APUS_HTTP_DATE_LEN];
        apus_http_date_print(seconds, text);
        assert(apus_http_date_parse((apus_str){ text, sizeof(text) }, &again) && again == seconds);
    }
    return 0;
}
