/* Values that are new each time, as defaults. */
#include <apus/apus.h>

App(fresh, title = "Fresh", version = "1.0.0");

typedef struct thing {
    apus_uuid id Field(default = apus_uuid7, version = 7);
    apus_uuid key Field(default = apus_uuid4, version = 4);
    apus_time made_at Field(default = apus_time_now, aware);
} thing;

Post("/things")
const thing *make_thing(apus_req *req, const thing *body)
{
    return body;
}

Test(absent_members_are_made)
{
    apus_test *t = apus_test_start(&fresh_app);
    apus_answer a = apus_test_post(t, "/things", "{}"), b = apus_test_post(t, "/things", "{}");
    apus_expect_status(a, 200);
    apus_expect_status(b, 200);
    apus_expect(!apus_str_eq(a.body, b.body));
    apus_answer again = apus_test_post(t, "/things", a.body.ptr);
    apus_expect_status(again, 200);
    apus_expect(apus_str_eq(again.body, a.body));
    apus_expect_status(apus_test_post(t, "/things", "{\"id\":\"x\"}"), 422);
    apus_test_stop(t);
}
