#include <apus/apus.h>

App(sub, title = "Below", version = "0.1.0");

/// Hello.
typedef struct hello {
    apus_str message;
} hello;

Get("/sub")
hello *read_sub(apus_req *req)
{
    return apus_some(req, hello, { APUS_STR("hello from below") });
}
