#include <apus/apus.h>

App(projectname, title = "projectname", version = "0.1.0");

/// What we say.
typedef struct greeting {
    apus_str message; ///< A friendly sentence.
} greeting;

/// Greets whoever asks.
Get("/hello/{name}")
greeting *greet(apus_req *req, apus_str name, int times Query(default = 1, ge = 1, le = 5))
{
    greeting *out = apus_new(req, greeting);
    out->message = apus_strf(req, "Hello, %s! (x%d)", name.ptr, times);
    return out;
}
