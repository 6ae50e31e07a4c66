/* docs_src/middleware/tutorial001, cors/tutorial001, advanced_middleware/tutorial001-003,
 * behind_a_proxy/tutorial001, 001_01, 002, 003, 004. */
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

/* --- behind_a_proxy --- */

static apus_json *behind_main(apus_req *req)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = around_message(req, "Hello World");
    apus_json_set(a, out, "root_path", apus_json_text(a, apus_req_root_path(req)));
    return out;
}

App(behind1, title = "FastAPI", version = "0.1.0");

Get("/app", operation_id = "read_main_app_get", summary = "Read Main")
apus_json *behind1_main(apus_req *req)
{
    return behind_main(req);
}

Proxies(behind1_01_proxies, .trusted = { "*" });
App(behind1_01, title = "FastAPI", version = "0.1.0", middleware = [behind1_01_proxies]);

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items")
apus_strs behind1_01_items(apus_req *req)
{
    apus_str *list = apus_new_n(req, apus_str, 2);
    list[0] = APUS_STR("plumbus");
    list[1] = APUS_STR("portal gun");
    return (apus_strs){ list, 2 };
}

App(behind2, title = "FastAPI", version = "0.1.0", root_path = "/api/v1");

Get("/app", operation_id = "read_main_app_get", summary = "Read Main")
apus_json *behind2_main(apus_req *req)
{
    return behind_main(req);
}

App(behind3, title = "FastAPI", version = "0.1.0", root_path = "/api/v1", servers = [
    { url : "https://stag.example.com", description : "Staging environment" },
    { url : "https://prod.example.com", description : "Production environment" }
]);

Get("/app", operation_id = "read_main_app_get", summary = "Read Main")
apus_json *behind3_main(apus_req *req)
{
    return behind_main(req);
}

App(behind4, title = "FastAPI", version = "0.1.0", root_path = "/api/v1",
    root_path_in_servers = false, servers = [
        { url : "https://stag.example.com", description : "Staging environment" },
        { url : "https://prod.example.com", description : "Production environment" }
    ]);

Get("/app", operation_id = "read_main_app_get", summary = "Read Main")
apus_json *behind4_main(apus_req *req)
{
    return behind_main(req);
}
