/* Failing in one voice: RFC 9457 problems, and functions that see every failure. */
#include <apus/apus.h>
#include <inttypes.h>
#include <string.h>

App(stock, title = "Stock", version = "1.0.0", problems = rfc9457,
    problem_types = "https://stock.example.com/problems/");

/// What is on the shelf.
typedef struct item {
    int64_t id;
    int64_t left;
} item;

/// What a client wants of it.
typedef struct taking {
    int64_t count Field(ge = 1);
    apus_str *pin Field(secret, min_length = 4);
} taking;

/// Takes some of an item.
Post("/items/{id}/take", responses = { 404 : "There is no such item.", 409 : "Not enough left." })
item *take_item(apus_req *req, int64_t id, const taking *body)
{
    if (id != 1)
        return apus_fail(req, 404, "unknown_item", "there is no item %" PRId64, id);
    if (body->count > 5) {
        apus_json *left = apus_json_object(apus_req_arena(req));
        apus_json_set(apus_req_arena(req), left, "left", apus_json_int(apus_req_arena(req), 5));
        return apus_fail_json(req, 409, "not_enough", left);
    }
    item *out = apus_new(req, item);
    *out = (item){ .id = id, .left = 5 - body->count };
    return out;
}

/// What a shop says when it has run out.
typedef struct sold_out {
    apus_str message;
} sold_out;

// One code answers with a model of its own ...
OnFail("not_enough")
apus_response *on_not_enough(apus_req *req)
{
    sold_out *out = apus_new(req, sold_out);
    out->message = APUS_STR("come back tomorrow");
    apus_fail_header(req, "Retry-After", "86400");
    return apus_respond(req, 409, sold_out, out);
}

static int refused;

// ... requests that are not as declared are counted, and answered as ever ...
OnFail(422)
apus_response *on_invalid(apus_req *req)
{
    refused += apus_req_http(req)->body.len > 0; // what was sent
    return NULL;                                 // the answer it would have had
}

// ... and all others pass here.
OnFail(all)
void on_any(apus_req *req)
{
    apus_fail_header(req, "X-Failed", apus_failed_code(req) ? apus_failed_code(req) : "other");
}

Test(a_failure_is_a_problem)
{
    apus_test *t = apus_test_start(&stock_app);
    apus_answer a = apus_test_post(t, "/items/2/take", APUS_JSON({ "count" : 1 }));
    apus_expect_status(a, 404);
    apus_expect_header(a, "content-type", "application/problem+json");
    apus_expect_json(a, "$", APUS_JSON({
                         "type" : "https://stock.example.com/problems/unknown_item",
                         "title" : "Not Found",
                         "status" : 404,
                         "detail" : "there is no item 2",
                         "code" : "unknown_item",
                         "errors" : []
                     }));
    apus_expect_header(a, "x-failed", "unknown_item");
    apus_test_stop(t);
}

Test(what_the_runtime_refuses_is_a_problem_too)
{
    apus_test *t = apus_test_start(&stock_app);
    apus_expect_json(apus_test_get(t, "/nothing"), "$.code", "\"not_found\"");
    apus_answer a = apus_test_get(t, "/items/1/take");
    apus_expect_json(a, "$.title", "\"Method Not Allowed\"");
    apus_expect_header(a, "allow", "POST");
    apus_test_stop(t);
}

Test(what_is_invalid_is_listed_and_no_secret_told)
{
    apus_test *t = apus_test_start(&stock_app);
    apus_answer a = apus_test_post(t, "/items/1/take", APUS_JSON({ "count" : 0, "pin" : "hush" }));
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.code", "\"invalid_request\"");
    apus_expect_json(a, "$.errors[0].type", "\"greater_than_equal\"");
    apus_expect(refused == 1);
    apus_test_post(t, "/items/1/take", APUS_JSON({ "count" : 1, "pin" : "psst" }));
    a = apus_test_post(t, "/items/1/take", APUS_JSON({ "pin" : "psst" }));
    apus_expect_json(a, "$.errors[0].type", "\"missing\"");
    apus_expect(!strstr(a.body.ptr, "psst"));
    apus_test_stop(t);
}

Test(a_rule_answers_with_its_own_model)
{
    apus_test *t = apus_test_start(&stock_app);
    apus_answer a = apus_test_post(t, "/items/1/take", APUS_JSON({ "count" : 6 }));
    apus_expect_status(a, 409);
    apus_expect_header(a, "content-type", "application/json");
    apus_expect_header(a, "retry-after", "86400");
    apus_expect_json(a, "$", "{\"message\": \"come back tomorrow\"}");
    apus_test_stop(t);
}
