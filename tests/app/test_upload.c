/* Files of a form: one, several, the bytes alone, and none. */
#include "tables.h"

#include <apus/upload.h>

struct save_args {
    const apus_upload *file;
    apus_uploads more;
    apus_bytes raw;
    apus_str note;
};

static apus_str save(apus_req *req, const apus_upload *file, apus_uploads more, apus_bytes raw,
                     apus_str note)
{
    apus_str out = apus_strf(req, "%s|", note.ptr);
    if (file)
        out = apus_strf(req, "%s%s (%s): %zu|", out.ptr, file->filename.ptr, file->content_type.ptr,
                        file->content.len);
    for (size_t i = 0; i < more.len; i++)
        out = apus_strf(req, "%s%s,", out.ptr, more.ptr[i].filename.ptr);
    return apus_strf(req, "%s|%zu", out.ptr, raw.len);
}

static void save_call(apus_req *req, apus_fn *fn, const void *args, void *result)
{
    const struct save_args *a = args;
    apus_str (*call)(apus_req *, const apus_upload *, apus_uploads, apus_bytes, apus_str) =
        (apus_str(*)(apus_req *, const apus_upload *, apus_uploads, apus_bytes, apus_str))fn;
    *(apus_str *)result = call(req, a->file, a->more, a->raw, a->note);
}

static const apus_str no_note = APUS_STR_INIT("-");
static const apus_param save_params[] = {
    { .in = APUS_IN_file, .field = FIELD(save_args, file, apus_type_upload, OPTIONAL) },
    { .in = APUS_IN_file, .field = FIELD(save_args, more, apus_type_uploads, .flags = 0) },
    { .in = APUS_IN_file, .field = FIELD(save_args, raw, apus_type_bytes, REQUIRED) },
    { .in = APUS_IN_form,
      .field = FIELD(save_args, note, apus_type_str, .default_value = &no_note) },
};

static const apus_route routes[] = {
    { .method = APUS_METHOD_POST,
      .path = APUS_STR_INIT("/files"),
      FN(save),
      PARAMS(save_params),
      .args_size = sizeof(struct save_args),
      .result = &apus_type_str,
      .result_size = sizeof(apus_str),
      .status = 200 },
};
APP(app, routes, .n_tests = 0);

#define PART(headers, content)                                                                     \
    "--b\r\nContent-Disposition: form-data; " headers "\r\n\r\n" content "\r\n"
#define END "--b--\r\n"

static void files_are_found_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        int status;
        const char *answer;
    } rows[] = {
        { PART("name=\"raw\"; filename=\"r\"", "12345") END, 200, "\"-||5\"" },
        { PART("name=\"raw\"; filename=\"r\"", "1") PART("name=\"note\"", "n")
              PART("name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain", "a\r\nb")
                  PART("name=\"more\"; filename=\"1\"", "")
                      PART("name=\"more\"; filename=\"2\"", "") END,
          200, "\"n|a.txt (text/plain): 4|1,2,|1\"" },
        { PART("name=\"note\"", "n") END, 422,
          "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"raw\"],\"msg\":\"Field "
          "required\",\"input\":null}]}" },
        { PART("name=\"raw\"; filename=\"1\"", "1") PART("name=\"raw\"; filename=\"2\"", "22") END,
          200, "\"-||2\"" },
    };
    apus_test *t = apus_test_start(&app);
    for (size_t i = 0; i < COUNT(rows); i++) {
        apus_answer a = apus_test_send(t, "POST", "/files", "multipart/form-data; boundary=b",
                                       apus_str_of(rows[i].body));
        apus_expect_status(a, rows[i].status);
        EXPECT_BODY(a, rows[i].answer);
    }
    apus_test_stop(t);
}

int main(void)
{
    apus_test_on_fail(cmocka_fail);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
