/* Body(partial): what was sent, and laying it over what is stored. */
#include "tables.h"

struct place {
    apus_str city;
    int64_t zip;
};

static const apus_field place_fields[] = {
    FIELD(place, city, apus_type_str, REQUIRED),
    FIELD(place, zip, apus_type_int64, REQUIRED),
};
MODEL(place, .check = NULL);

struct person {
    int64_t age;
    apus_str name;
    double *score;
    struct place home;
    struct place *work;
    apus_strs tags;
};

static const int64_t eighteen = 18;
static const apus_field person_fields[] = {
    FIELD(person, age, apus_type_int64, .default_value = &eighteen),
    FIELD(person, name, apus_type_str, REQUIRED),
    FIELD(person, score, apus_type_double, OPTIONAL),
    FIELD(person, home, place_type, REQUIRED),
    FIELD(person, work, place_type, OPTIONAL),
    FIELD(person, tags, apus_type_strs, REQUIRED),
};
MODEL(person, .check = NULL);

struct patch_args {
    const struct person *patch;
};

static char sent[256];

static struct person *patch(apus_req *req, const struct person *p)
{
    double score = 2.5;
    apus_str tags[] = { APUS_STR("old") };
    struct place work = { APUS_STR("Basel"), 4000 };
    struct person stored = { .age = 40,
                             .name = APUS_STR("ada"),
                             .score = &score,
                             .home = { APUS_STR("Bern"), 3000 },
                             .work = &work,
                             .tags = { tags, 1 } };
    snprintf(sent, sizeof(sent), "%d%d%d%d%d%d %d%d", apus_sent(req, &p->age),
             apus_sent(req, &p->name), apus_sent(req, &p->score), apus_sent(req, &p->home),
             apus_sent(req, &p->work), apus_sent(req, &p->tags), apus_sent(req, &p->home.zip),
             p->work ? apus_sent(req, &p->work->zip) : 0);
    struct person *merged = apus__merge(req, &person_model, &stored, p);
    /* What was stored is not touched, and does not outlive us here. */
    if (merged->score == &score) {
        merged->score = apus_new(req, double);
        *merged->score = score;
    }
    if (merged->work == &work) {
        merged->work = apus_new(req, struct place);
        *merged->work = work;
    }
    if (merged->tags.ptr == tags) {
        merged->tags.ptr = apus_new(req, apus_str);
        merged->tags.ptr[0] = tags[0];
    }
    return merged;
}

static void patch_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct patch_args *a = args;
    struct person *(*call)(apus_req *, const struct person *) =
        (struct person * (*)(apus_req *, const struct person *)) fn;
    *(struct person **)result = call(req, a->patch);
}

static const apus_param patch_params[] = {
    { .in = APUS_IN_body,
      .flags = APUS_PARAM_partial,
      .field = FIELD(patch_args, patch, person_type, MODEL_POINTER) },
};

static const apus_route routes[] = {
    { .method = APUS_METHOD_PATCH,
      .path = APUS_STR_INIT("/people"),
      FN(patch),
      PARAMS(patch_params),
      .args_size = sizeof(struct patch_args),
      .result = &person_type,
      .result_size = sizeof(void *),
      .status = 200,
      .flags = APUS_ROUTE_result_pointer },
};
APP(app, routes, .n_tests = 0);

#define STORED_HOME  "\"home\":{\"city\":\"Bern\",\"zip\":3000}"
#define STORED_WORK  "\"work\":{\"city\":\"Basel\",\"zip\":4000}"
#define STORED_TAGS  "\"tags\":[\"old\"]"
#define STORED_NAME  "\"name\":\"ada\""
#define STORED_SCORE "\"score\":2.5"

static const struct vector {
    const char *body, *sent, *merged;
} vectors[] = {
    { "{}", "000000 00",
      "{\"age\":40," STORED_NAME "," STORED_SCORE "," STORED_HOME "," STORED_WORK "," STORED_TAGS
      "}" },
    { "{\"age\":41}", "100000 00",
      "{\"age\":41," STORED_NAME "," STORED_SCORE "," STORED_HOME "," STORED_WORK "," STORED_TAGS
      "}" },
    { "{\"score\":null,\"tags\":[]}", "001001 00",
      "{\"age\":40," STORED_NAME ",\"score\":null," STORED_HOME "," STORED_WORK ",\"tags\":[]}" },
    { "{\"home\":{\"zip\":3001}}", "000100 10",
      "{\"age\":40," STORED_NAME "," STORED_SCORE
      ",\"home\":{\"city\":\"Bern\",\"zip\":3001}," STORED_WORK "," STORED_TAGS "}" },
    { "{\"work\":{\"zip\":1}}", "000010 01",
      "{\"age\":40," STORED_NAME "," STORED_SCORE "," STORED_HOME
      ",\"work\":{\"city\":\"Basel\",\"zip\":1}," STORED_TAGS "}" },
    { "{\"work\":null,\"name\":\"eve\"}", "010010 00",
      "{\"age\":40,\"name\":\"eve\"," STORED_SCORE "," STORED_HOME ",\"work\":null," STORED_TAGS
      "}" },
};

static void only_what_was_sent_is_laid_over(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(vectors); i++) {
        apus_answer a = apus_test_patch(t, "/people", vectors[i].body);
        apus_expect_status(a, 200);
        assert_string_equal(sent, vectors[i].sent);
        EXPECT_BODY(a, vectors[i].merged);
    }
    apus_test_stop(t);
}

/* What is sent must still be right. */
static void what_is_sent_is_checked(void **state)
{
    (void)state;
    apus_test *t = apus_test_start(&app);
    apus_answer a = apus_test_patch(t, "/people", "{\"age\":\"x\",\"name\":null}");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].loc", "[\"body\",\"age\"]");
    apus_expect_json(a, "$.detail[1].loc", "[\"body\",\"name\"]");
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_was_sent_is_laid_over),
        cmocka_unit_test(what_is_sent_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
