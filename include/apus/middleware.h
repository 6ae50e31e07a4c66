/* apus/middleware.h - what stands around requests: straight-line code on the request's fiber.
 *
 *     void timing(apus_req *req, apus_next *next)
 *     {
 *         int64_t begin = apus_clock_now();
 *         apus_next_run(next);
 *         apus_str ns = apus_strf(req, "%lld", (long long)(apus_clock_now() - begin));
 *         apus_set_header(req, "x-process-time", ns.ptr);
 *     }
 *
 *     App(shop, middleware = [timing]);
 *
 * An App's stands around everything, the search for the route and the pages at /docs
 * included (that of an app within an app: around its own routes); a Router's, an Include's or a
 * route's around the request once its route is found, before anything is authenticated or read.
 * Outermost first: App, Router, Include, the Router in it, route; within one list as written.
 *
 * While it runs, apus_set_header adds to whichever answer goes out, success or failure;
 * behind an answer in pieces that has begun it is too late, and nothing is added.
 * OnFail functions run later than all middleware. */
#ifndef APUS_MIDDLEWARE_H
#define APUS_MIDDLEWARE_H

#include "apus/api.h"
#include "apus/route.h"

APUS_API_BEGIN

struct apus_response;
struct apus_filter;

/* Everything further in, up to the encoded answer; once.  Returns in every case, after an
 * apus_abort as well: apus_failed says how it went.  Suspends as the handler does. */
void apus_next_run(apus_next *next);

/* The answer's status so far: of the failure, or of the success; 0 before there is one. */
int apus_next_status(const apus_next *next);

/* This answer, instead of running what is further in, or of what that came to: a failure is
 * forgotten.  Fails with 500 where the answer has begun, or with NULL unless the request has
 * failed already (as apus_text fails where memory is out). */
void apus_next_answer(apus_next *next, const struct apus_response *response);

/* From now on the answer passes through this filter (apus/filter.h), further out than those
 * set further in.  Before apus_next_run.  *f must be static; ctx is the filter's own, in the
 * request's memory. */
void apus_next_filter(apus_next *next, const struct apus_filter *f, void *ctx);

/* The request's body from here on, copied: what it is once a coding (Content-Encoding) or a
 * cipher is undone.  In front of apus_next_run; body_max and everything further in see this one. */
void apus_next_body(apus_next *next, apus_str body);

/* What the client used, where it is known better than from the connection: by a proxy, say.
 * In front of apus_next_run of an app's middleware.  Empty members leave what there is. */
typedef struct apus_way {
    apus_str scheme;    /* "http" or "https" */
    apus_str host;      /* as Host would have it */
    apus_str client;    /* its address, without brackets and port */
    apus_str root_path; /* "/api": what the client's paths begin with, though ours may not */
} apus_way;
void apus_req_came_by(apus_req *req, const apus_way *way);

/* The `settings` of the apus_middleware that is running, or what its `prepare` made of them;
 * NULL for a function without. */
const void *apus_next_settings(const apus_next *next);

APUS_API_END

#endif
