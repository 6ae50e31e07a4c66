/* docs_src/middleware/tutorial001, cors/tutorial001, advanced_middleware/tutorial001-003. */
#include <apus/apus.h>
#include <apus/clock.h>

void middleware1_add_process_time(apus_req *req, apus_next *next)
{
    int64_t begin = apus_clock_now();
    apus_next_run(next);
    double seconds = (double)(apus_clock_now() - begin) / 1e9;
    apus_set_header(req, "X-Process-Time", apus_strf(req, "%.6f", seconds).ptr);
}

App(middleware1, title = "FastAPI", version = "0.1.0", middleware = [middleware1_add_process_time]);

static apus_json *around_message(apus_req *req, const char *text)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "message", apus_json_text(a, apus_str_of(text)));
    return out;
}

/* --- cors/tutorial001 --- */

Cors(cors1_cors,
     .origins = { "http://localhost.tiangolo.com", "https://localhost.tiangolo.com",
                  "http://localhost", "http://localhost:8080" },
     .methods = { "*" }, .headers = { "*" }, .credentials = true);
App(cors1, title = "FastAPI", version = "0.1.0", middleware = [cors1_cors]);

Get("/", operation_id = "main__get", summary = "Main")
apus_json *cors1_main(apus_req *req)
{
    return around_message(req, "Hello World");
}

/* --- advanced_middleware/tutorial001: everything by HTTPS --- */

Https(advanced1_https);
App(advanced1, title = "FastAPI", version = "0.1.0", middleware = [advanced1_https]);

Get("/", operation_id = "main__get", summary = "Main")
apus_json *advanced1_main(apus_req *req)
{
    return around_message(req, "Hello World");
}

/* --- advanced_middleware/tutorial002: trusted hosts --- */

TrustedHosts(advanced2_hosts, .allowed = { "example.com", "*.example.com" });
App(advanced2, title = "FastAPI", version = "0.1.0", middleware = [advanced2_hosts]);

Get("/", operation_id = "main__get", summary = "Main")
apus_json *advanced2_main(apus_req *req)
{
    return around_message(req, "Hello World");
}

/* --- advanced_middleware/tutorial003: compression --- */

Compress(advanced3_compress, .min_size = 1000);
App(advanced3, title = "FastAPI", version = "0.1.0", middleware = [advanced3_compress]);

Get("/", operation_id = "main__get", summary = "Main")
apus_json *advanced3_main(apus_req *req)
{
    return apus_json_text(apus_req_arena(req), APUS_STR("somebigcontent"));
}
