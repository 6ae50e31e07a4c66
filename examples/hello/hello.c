#include <apus/apus.h>

App(hello, title = "Hello", version = "1.0.0");

/// What we say.
typedef struct greeting {
    apus_str message;
} greeting;

/// Greets whoever asks.
Get("/hello/{name}")
greeting *greet(apus_req *req, apus_str name, int times Query(default = 1, ge = 1, le = 5))
{
    greeting *out = apus_new(req, greeting); // lives in the request's arena
    out->message = apus_strf(req, "Hello, %s! (x%d)", name.ptr, times);
    return out; // serialised by its type
}

Test(greets_by_name)
{
    apus_test *t = apus_test_start(&hello_app);
    apus_answer a = apus_test_get(t, "/hello/ada");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.message", "\"Hello, ada! (x1)\"");
    apus_test_stop(t);
}

Test(refuses_too_many_times)
{
    apus_test *t = apus_test_start(&hello_app);
    apus_answer a = apus_test_get(t, "/hello/ada?times=9");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0]", APUS_JSON({
                         "type" : "less_than_equal",
                         "loc" : [ "query", "times" ],
                         "msg" : "Input should be less than or equal to 5",
                         "input" : "9",
                         "ctx" : { "le" : 5 }
                     }));
    apus_test_stop(t);
}
