/* docs_src/handling_errors/tutorial003, 006. */
#include <apus/apus.h>
#include <stdio.h>

App(errors3, title = "FastAPI", version = "0.1.0");

Get("/unicorns/{name}", operation_id = "read_unicorn_unicorns__name__get", summary = "Read Unicorn")
apus_json *errors3_read_unicorn(apus_req *req, apus_str name)
{
    apus_json *out = apus_json_object(apus_req_arena(req));
    if (apus_str_eq(name, APUS_STR("yolo")))
        return apus_fail(req, 418, "unicorn", "%s", name.ptr);
    apus_json_set(apus_req_arena(req), out, "unicorn_name",
                  apus_json_text(apus_req_arena(req), name));
    return out;
}

OnFail("unicorn")
apus_response *errors3_on_unicorn(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_str name = apus_json_text_or(apus_failed_detail(req), APUS_STR(""));
    apus_json *out = apus_json_object(a);
    apus_json_set(
        a, out, "message",
        apus_json_text(
            a, apus_strf(req, "Oops! %s did something. There goes a rainbow...", name.ptr)));
    return apus_respond_json(req, 418, out);
}

App(errors6, title = "FastAPI", version = "0.1.0");

OnFail(all)
apus_response *errors6_log(apus_req *req)
{
    fprintf(stderr, "OMG! A failure! %d\n", apus_failed_status(req));
    return NULL; /* the answer it would have had */
}

OnFail(422)
apus_response *errors6_log_invalid(apus_req *req)
{
    (void)req;
    fprintf(stderr, "OMG! The client sent invalid data!\n");
    return NULL;
}

Get("/items/{item_id}", operation_id = "read_item_items__item_id__get", summary = "Read Item")
apus_json *errors6_read_item(apus_req *req, int item_id)
{
    if (item_id == 3)
        return apus_fail(req, 418, NULL, "Nope! I don't like 3.");
    apus_json *out = apus_json_object(apus_req_arena(req));
    apus_json_set(apus_req_arena(req), out, "item_id", apus_json_int(apus_req_arena(req), item_id));
    return out;
}
