#include <apus/apus.h>

extern const apus_app drop_app;

Test(tells_sizes_and_names)
{
    apus_test *t = apus_test_start(&drop_app);
    apus_test_part parts[] = {
        { "files", "a.txt", "text/plain", APUS_STR("hello") },
        { "files", "b.txt", "text/plain", APUS_STR("hello world") },
        { NULL },
    };
    apus_answer a = apus_test_multipart(t, "POST", "/files/", parts);
    apus_expect_status(a, 200);
    apus_expect_json(a, "$", APUS_JSON({ "file_sizes" : [ 5, 11 ] }));
    a = apus_test_multipart(t, "POST", "/uploadfiles/?q=who", parts);
    apus_expect_json(a, "$", APUS_JSON({ "filenames" : [ "a.txt", "b.txt" ] }));
    a = apus_test_get(t, "/log");
    apus_expect(apus_str_eq(a.body, APUS_STR("asked with who\ntook a.txt\ntook b.txt\n")));
    a = apus_test_post(t, "/files/", "");
    apus_expect_status(a, 422);
    apus_test_stop(t);
}

Test(sends_a_video)
{
    apus_test *t = apus_test_start(&drop_app);
    apus_answer a = apus_test_get(t, "/video");
    apus_expect_header(a, "content-type", "video/mp4");
    apus_expect(a.body.len == 220);
    apus_expect_status(a, 200);
    apus_test_stop(t);
}

Test(answers_before_it_logs)
{
    apus_test *t = apus_test_start(&drop_app);
    apus_answer a = apus_test_post(t, "/send-notification/ada@example.org?q=some", "");
    apus_expect_json(a, "$.message", "\"it will be written\"");
    a = apus_test_get(t, "/log");
    apus_expect(apus_str_eq(a.body, APUS_STR("asked with some\nwrote to ada@example.org\n")));
    apus_test_stop(t);
}
