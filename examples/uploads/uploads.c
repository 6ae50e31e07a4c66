/* Uploads: how large a body may be, and where that is said. */
#include <apus/apus.h>

App(uploads, title = "Uploads", version = "1.0.0", body_max = "64KiB");

/// What was kept.
typedef struct kept {
    apus_str name;
    int64_t bytes;
} kept;

/// A picture, which may be larger than anything else here.
Post("/pictures", status = 201, body_max = "8MB")
kept *keep_picture(apus_req *req, const apus_upload *picture File(types = ["image/*"]))
{
    kept *out = apus_new(req, kept);
    *out = (kept){ picture->filename, (int64_t)picture->content.len };
    return out;
}

/// A remark.
Post("/remarks", body_max = 280)
kept *keep_remark(apus_req *req, apus_str text Body(raw))
{
    kept *out = apus_new(req, kept);
    *out = (kept){ APUS_STR("remark"), (int64_t)text.len };
    return out;
}

static char bytes[2 << 20];

static apus_answer send_picture(apus_test *t, size_t len)
{
    const apus_test_part parts[] = {
        { .name = "picture",
          .filename = "a.png",
          .content_type = "image/png",
          .content = { bytes, len } },
        { .name = NULL },
    };
    return apus_test_multipart(t, "POST", "/pictures", parts);
}

Test(bodies_are_as_large_as_their_route_says)
{
    apus_test *t = apus_test_start(&uploads_app);
    apus_answer a = send_picture(t, sizeof(bytes));
    apus_expect_status(a, 201);
    apus_expect_json(a, "$.bytes", "2097152");
    a = apus_test_send(t, "POST", "/remarks", "text/plain", (apus_str){ bytes, 281 });
    apus_expect_status(a, 413);
    apus_test_stop(t);
}
