#include <apus/apus.h>

#include <stdio.h>
#include <string.h>

/// A box that takes files: their names and sizes come back, the log tells who sent them.
App(drop, title = "Drop box", version = "1.0.0");

/// A form for browsers.
Get("/", produces = "text/html")
apus_str main_page(apus_req *req)
{
    return APUS_STR(
        "<body>\n"
        "<form action=\"/uploadfiles/\" enctype=\"multipart/form-data\" method=\"post\">\n"
        "<input name=\"files\" type=\"file\" multiple>\n"
        "<input type=\"submit\">\n"
        "</form>\n"
        "</body>\n");
}

/// The sizes of files.
typedef struct sizes {
    apus_ints file_sizes;
} sizes;

/// The names of files.
typedef struct names {
    apus_strs filenames;
} names;

/* What the log remembers: a line each. */
static char log_lines[4096];
static size_t log_len;

static void write_log(apus_req *req, void *arg)
{
    (void)req;
    const char *line = arg;
    int n = snprintf(log_lines + log_len, sizeof(log_lines) - log_len, "%s\n", line);
    if (n > 0 && log_len + (size_t)n < sizeof(log_lines))
        log_len += (size_t)n;
}

/// Logs what was asked for.
apus_str *log_query(apus_req *req, apus_str *q)
{
    if (q)
        apus_after(req, write_log, (void *)apus_strf(req, "asked with %s", q->ptr).ptr);
    return q;
}

/// How large each of them is.
Post("/files/")
sizes *create_files(apus_req *req,
                    const apus_uploads files File(description = "Files whose bytes are counted"))
{
    sizes *out = apus_new(req, sizes);
    out->file_sizes.ptr = apus_new_n(req, int64_t, files.len);
    out->file_sizes.len = files.len;
    for (size_t i = 0; i < files.len; i++)
        out->file_sizes.ptr[i] = (int64_t)files.ptr[i].content.len;
    return out;
}

/// What they are called.
Post("/uploadfiles/", depends = [log_query])
names *create_upload_files(apus_req *req,
                           apus_uploads files File(description = "Files whose names are told"))
{
    names *out = apus_new(req, names);
    out->filenames = (apus_strs){ apus_new_n(req, apus_str, files.len), files.len };
    for (size_t i = 0; i < files.len; i++) {
        out->filenames.ptr[i] = files.ptr[i].filename;
        apus_after(req, write_log,
                   (void *)apus_strf(req, "took %s", files.ptr[i].filename.ptr).ptr);
    }
    return out;
}

/// What we are told in the background.
typedef struct message {
    apus_str message;
} message;

Post("/send-notification/{email}")
message *send_notification(apus_req *req, apus_email email, apus_str *q Depends(log_query))
{
    apus_after(req, write_log, (void *)apus_strf(req, "wrote to %s", email.text.ptr).ptr);
    return apus_some(req, message, { APUS_STR("it will be written") });
}

/// The log, line by line.
Get("/log", produces = "text/plain")
void stream_log(apus_req *req)
{
    for (size_t at = 0; at < log_len;) {
        const char *end = memchr(log_lines + at, '\n', log_len - at);
        size_t n = (size_t)(end - (log_lines + at)) + 1;
        if (!apus_write(req, (apus_str){ log_lines + at, n }))
            return;
        at += n;
    }
}

/// A video that never ends, were it not for its ten frames.
Get("/video", produces = "video/mp4")
void send_video(apus_req *req)
{
    for (int i = 0; i < 10; i++) {
        if (!apus_write(req, APUS_STR("frame, and no picture ")))
            return;
        apus_sleep(req, APUS_MILLISECOND);
    }
}
