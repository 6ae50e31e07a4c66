/* docs_src/request_files/tutorial001, tutorial001_02. */
#include <apus/apus.h>

static apus_json *size_of(apus_req *req, apus_bytes file)
{
    apus_json *out = apus_json_object(apus_req_arena(req));
    apus_json_set(apus_req_arena(req), out, "file_size",
                  apus_json_int(apus_req_arena(req), (int64_t)file.len));
    return out;
}

static apus_json *text_member(apus_req *req, const char *name, apus_str text)
{
    apus_json *out = apus_json_object(apus_req_arena(req));
    apus_json_set(apus_req_arena(req), out, name, apus_json_text(apus_req_arena(req), text));
    return out;
}

App(files1, title = "FastAPI", version = "0.1.0");

Post("/files/", operation_id = "create_file_files__post", summary = "Create File")
apus_json *files1_create_file(apus_req *req, apus_bytes file File())
{
    return size_of(req, file);
}

Post("/uploadfile/", operation_id = "create_upload_file_uploadfile__post",
     summary = "Create Upload File")
apus_json *files1_create_upload_file(apus_req *req, const apus_upload *file)
{
    return text_member(req, "filename", file->filename);
}

App(files1_02, title = "FastAPI", version = "0.1.0");

Post("/files/", operation_id = "create_file_files__post", summary = "Create File")
apus_json *files1_02_create_file(apus_req *req, apus_bytes *file File(optional))
{
    if (!file)
        return text_member(req, "message", APUS_STR("No file sent"));
    return size_of(req, *file);
}

Post("/uploadfile/", operation_id = "create_upload_file_uploadfile__post",
     summary = "Create Upload File")
apus_json *files1_02_create_upload_file(apus_req *req, const apus_upload *file File(optional))
{
    if (!file)
        return text_member(req, "message", APUS_STR("No upload file sent"));
    return text_member(req, "filename", file->filename);
}
