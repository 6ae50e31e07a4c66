/* Memory that runs out at any moment of reading and writing models of every shape: it is said,
 * nothing is lost, and what needs no more memory than there is comes back as it was sent. */
#include <apus/encode.h>
#include <stdlib.h>

#include "../../fuzz/models.h"
#include "../support/failing.h"

App(shapes, title = "Shapes", version = "1.0.0");

/* Reads and writes; OK, or INVALID with reasons, or NOMEM. */
static apus_rc pass(apus_arena *a, const subject *s, apus_str text, apus_str *out)
{
    apus_problems problems;
    apus_buf b = apus_buf_in(a);
    apus_rc rc = APUS_INVALID;
    apus_problems_init(&problems, a);
    void *value = s->read(a, text, &problems);
    if (value)
        rc = apus_encode_json(&b, s->type, value, APUS_OMIT_nothing);
    else if (problems.no_memory)
        rc = APUS_NOMEM;
    else
        apus_problems_write(&problems, &b);
    apus_rc taken = apus_buf_take(&b, out);
    return taken ? taken : rc;
}

/* With the k-th allocation refused; false when there was none. */
static bool pass_without(unsigned k, const subject *s, const char *text, const char *wanted)
{
    struct failing f = { .fail_at = k };
    apus_alloc alloc = failing_alloc(&f);
    apus_arena a;
    apus_str out = { "", 0 };
    apus_arena_init(&a, &alloc, 1 << 20);
    apus_rc rc = pass(&a, s, apus_str_of(text), &out);
    bool was_refused = f.calls >= k;
    bool is_right = was_refused ? rc == APUS_NOMEM
                    : wanted    ? rc == APUS_OK && apus_str_eq(out, apus_str_of(wanted))
                                : rc == APUS_INVALID;
    if (!is_right)
        fprintf(stderr, "%s: allocation %u refused: %s, %.*s\n", s->name, k, apus_rc_text(rc),
                APUS_FMT(out));
    apus_arena_finish(&a);
    apus_expect(is_right);
    apus_expect(f.held == 0);
    return was_refused;
}

/* wanted: what is written of it; NULL: it is refused. */
static void march(const char *name, const char *text, const char *wanted)
{
    const subject *s = NULL;
    for (size_t i = 0; i < SUBJECTS; i++)
        if (apus_str_eq(apus_str_of(subjects[i].name), apus_str_of(name)))
            s = &subjects[i];
    apus_expect(s);
    unsigned k = 1;
    while (s && pass_without(k, s, text, wanted))
        k++;
    apus_expect(k > 1);
}

Test(tuples_without_memory)
{
    march("position", "[1, 2, \"x\", \"navy\"]", "[1.0,2.0,\"x\",\"navy\"]");
    march("position", "[100, true, 7, \"pink\", 5]", NULL);
    march("position_map", "{\"a\": [1, 2], \"b\": [3, 4, \"y\"]}",
          "{\"a\":[1.0,2.0,\"\",null],\"b\":[3.0,4.0,\"y\",null]}");
}

Test(tagged_unions_without_memory)
{
    march("shape",
          "{\"kind\": \"group\", \"parts\": [{\"kind\": \"circle\", \"radius\": 1},"
          " {\"kind\": \"place\", \"at\": [1, 2], \"within\": {\"kind\": \"circle\", \"radius\": "
          "2}}],"
          " \"named\": {\"a\": [5, 6]}}",
          "{\"kind\":\"group\",\"parts\":[{\"kind\":\"circle\",\"radius\":1.0},"
          "{\"kind\":\"place\",\"at\":[1.0,2.0,\"\",null],"
          "\"within\":{\"kind\":\"circle\",\"radius\":2.0}}],"
          "\"named\":{\"a\":[5.0,6.0,\"\",null]},\"corners\":[]}");
    march("shape", "{\"kind\": \"group\", \"parts\": [{\"kind\": \"none\"}, {\"radius\": 1}, 7]}",
          NULL);
}

Test(unions_that_fit_best_without_memory)
{
    march("setting_list", "[1, -1.5, true, \"1\", [\"x\"], [1, 2], {\"radius\": 1}]",
          "[1,-1.5,true,\"1\",[\"x\"],[1.0,2.0,\"\",null],{\"radius\":1.0}]");
    march("setting_list", "[\"much too long\", null, {\"radius\": -1}]", NULL);
}

Test(trees_and_hooks_without_memory)
{
    march("node", "{\"value\": 1, \"left\": {\"right\": {}}, \"settings\": {\"a\": 1}}",
          "{\"value\":1,\"left\":{\"value\":0,\"left\":null,\"right\":{\"value\":0,\"left\":null,"
          "\"right\":null,\"more\":[],\"settings\":{}},\"more\":[],\"settings\":{}},"
          "\"right\":null,\"more\":[],\"settings\":{\"a\":1}}");
    march("node", "{\"more\": [{}, {\"value\": \"x\"}, {\"other\": 1}]}", NULL);
    march("sums", "{\"numbers\": [1, 2], \"prices\": [\"12.50 EUR\"]}",
          "{\"numbers\":[1,2],\"n\":2,\"settings\":[],\"prices\":[\"12.50 EUR\"]}");
    march("sums", "{\"prices\": [\"none\", {\"cents\": -1, \"currency\": \"?\"}]}", NULL);
    march("named", "{\"first_name\": 3, \"lp\": 1, \"meta\": {\"ids\": [\"z\"]}, \"o\": [true]}",
          "{\"firstName\":3,\"lp\":1.0,\"byPlace\":\"z\",\"meta\":{\"ids\":[\"z\"]},\"o\":[true]}");
}
