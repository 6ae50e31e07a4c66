#include <apus/apus.h>

extern const apus_app projectname_app;

Test(greets_by_name)
{
    apus_test *t = apus_test_start(&projectname_app);
    apus_answer a = apus_test_get(t, "/hello/ada");
    apus_expect_status(a, 200);
    apus_expect_json(a, "$.message", "\"Hello, ada! (x1)\"");
    apus_test_stop(t);
}

Test(refuses_too_many_times)
{
    apus_test *t = apus_test_start(&projectname_app);
    apus_answer a = apus_test_get(t, "/hello/ada?times=9");
    apus_expect_status(a, 422);
    apus_expect_json(a, "$.detail[0].type", "\"less_than_equal\"");
    apus_test_stop(t);
}
