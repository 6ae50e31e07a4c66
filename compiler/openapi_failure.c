/* The components of failures: FastAPI's validation errors, or RFC 9457's problem details. */
#include "compiler/openapi.h"

static const struct {
    const char *name, *text;
} components[] = {
    { "HTTPValidationError",
      "{\"properties\":{\"detail\":{\"items\":{\"$ref\":\"#/components/schemas/ValidationError\"},"
      "\"type\":\"array\",\"title\":\"Detail\"}},\"type\":\"object\","
      "\"title\":\"HTTPValidationError\"}" },
    { "ValidationError",
      "{\"properties\":{\"loc\":{\"items\":{\"anyOf\":[{\"type\":\"string\"},"
      "{\"type\":\"integer\"}]},\"type\":\"array\",\"title\":\"Location\"},"
      "\"msg\":{\"type\":\"string\",\"title\":\"Message\"},"
      "\"type\":{\"type\":\"string\",\"title\":\"Error Type\"},\"input\":{\"title\":\"Input\"},"
      "\"ctx\":{\"type\":\"object\",\"title\":\"Context\"}},\"type\":\"object\","
      "\"required\":[\"loc\",\"msg\",\"type\"],\"title\":\"ValidationError\"}" },
    { PROBLEM_SCHEMA,
      "{\"properties\":{"
      "\"type\":{\"type\":\"string\",\"format\":\"uri-reference\",\"title\":\"Type\","
      "\"description\":\"Which problem: about:blank, or where it is explained.\"},"
      "\"title\":{\"type\":\"string\",\"title\":\"Title\","
      "\"description\":\"The same for all problems of this status.\"},"
      "\"status\":{\"type\":\"integer\",\"minimum\":100,\"maximum\":599,\"title\":\"Status\"},"
      "\"detail\":{\"type\":\"string\",\"title\":\"Detail\","
      "\"description\":\"What happened this time; for people.\"},"
      "\"code\":{\"type\":\"string\",\"title\":\"Code\","
      "\"description\":\"What happened; for programs.\"},"
      "\"details\":{\"title\":\"Details\",\"description\":\"More about it, of any shape.\"},"
      "\"errors\":{\"type\":\"array\","
      "\"items\":{\"$ref\":\"#/components/schemas/ValidationError\"},\"title\":\"Errors\","
      "\"description\":\"What is wrong with the request, value by value.\"}},"
      "\"type\":\"object\","
      "\"required\":[\"type\",\"title\",\"status\",\"detail\",\"code\",\"errors\"],"
      "\"title\":\"" PROBLEM_SCHEMA "\",\"description\":\"Why there is no answer (RFC 9457).\"}" },
};

static void add_component(struct openapi *d, const char *name)
{
    apus_json *schema;
    for (size_t i = 0; i < sizeof(components) / sizeof(components[0]); i++) {
        if (apus_str_eq(apus_str_of(components[i].name), apus_str_of(name)) &&
            !apus_json_get(d->schemas, name) &&
            apus_json_parse(d->arena, apus_str_of(components[i].text), NULL, &schema, NULL) ==
                APUS_OK)
            apus_json_set(d->arena, d->schemas, name, schema);
    }
}

struct failure_content failure_content(struct openapi *d, bool is_invalid)
{
    bool is_problem = d->app->problems == APUS_PROBLEMS_rfc9457;
    const char *name = is_problem ? PROBLEM_SCHEMA : is_invalid ? "HTTPValidationError" : NULL;
    struct failure_content content = {
        .media_type = is_problem ? "application/problem+json" : "application/json",
    };
    if (!name)
        return content;
    add_component(d, name);
    add_component(d, "ValidationError");
    content.schema = schema_ref(d, name);
    return content;
}
