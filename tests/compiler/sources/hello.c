#include <apus/apus.h>

App(hello, title = "Hello", version = "1.0.0");

/// What we say.
typedef struct greeting { apus_str message; } greeting;

/// Greets whoever asks.
Get("/hello/{name}")
greeting *greet(apus_req *req, apus_str name, int times Query(default = 1, ge = 1, le = 5))
{
    greeting *out = apus_new(req, greeting);          // lives in the request's arena
    out->message = apus_strf(req, "Hello, %s! (x%d)", name.ptr, times);
    return out;                                       // serialised by its type
}
