/* Body(partial): the document says that anything may be absent. */
#include <apus/apus.h>

App(partial, title = "Partial", version = "1.0.0");

typedef struct part {
    apus_str maker;
    int pieces Field(default = 1, ge = 1);
} part;

typedef struct thing {
    apus_str name Field(min_length = 1);
    int64_t price Field(default = 5);
    part inner;
} thing;

typedef struct wish {
    apus_str *what;
} wish;

Put("/thing")
const thing *put_thing(apus_req *req, const thing *body)
{
    return body;
}

Patch("/thing", status = 204)
void change_thing(apus_req *req, const thing *body Body(partial))
{
}

Patch("/wish", status = 204)
void change_wish(apus_req *req, const wish *body Body(partial))
{
}

static apus_str schema_of(const apus_json *document, const char *path, const char *method)
{
    static const char *const way[] = { "requestBody", "content", "application/json", "schema",
                                       "$ref" };
    const apus_json *at =
        apus_json_get(apus_json_get(apus_json_get(document, "paths"), path), method);
    for (size_t i = 0; i < sizeof(way) / sizeof(way[0]); i++)
        at = apus_json_get(at, way[i]);
    return apus_json_text_or(at, APUS_STR(""));
}

Test(nothing_is_required_of_a_part)
{
    apus_test *t = apus_test_start(&partial_app);
    apus_answer a = apus_test_get(t, "/openapi.json");
    apus_arena arena;
    apus_arena_init(&arena, &apus_alloc_libc, 1 << 20);
    apus_json *document = NULL;
    apus_expect(apus_json_parse(&arena, a.body, NULL, &document, NULL) == APUS_OK);
    apus_expect(
        apus_str_eq(schema_of(document, "/thing", "put"), APUS_STR("#/components/schemas/Thing")));
    apus_expect(apus_str_eq(schema_of(document, "/thing", "patch"),
                            APUS_STR("#/components/schemas/Thing-Partial")));
    apus_expect(apus_str_eq(schema_of(document, "/wish", "patch"),
                            APUS_STR("#/components/schemas/Wish"))); /* as it is */
    apus_expect_json(a, "$.components.schemas[\"Thing-Partial\"].properties.inner",
                     "{\"$ref\":\"#/components/schemas/Part-Partial\"}");
    apus_expect_json(a, "$.components.schemas[\"Thing-Partial\"].properties.price",
                     "{\"type\":\"integer\",\"title\":\"Price\"}");
    const apus_json *schemas = apus_json_get(apus_json_get(document, "components"), "schemas");
    apus_expect(!apus_json_get(apus_json_get(schemas, "Thing-Partial"), "required"));
    apus_expect(!apus_json_get(apus_json_get(schemas, "Part-Partial"), "required"));
    apus_expect(apus_json_get(apus_json_get(schemas, "Thing"), "required"));
    apus_arena_finish(&arena);
    apus_expect_status(apus_test_patch(t, "/thing", "{\"inner\":{\"pieces\":2}}"), 204);
    apus_expect_status(apus_test_patch(t, "/thing", "{\"inner\":{\"pieces\":0}}"), 422);
    apus_expect_status(apus_test_patch(t, "/wish", "{}"), 204);
    apus_expect_status(apus_test_put(t, "/thing", "{}"), 422);
    apus_test_stop(t);
}
