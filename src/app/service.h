/* An app made ready: its plans, its router, and what counts up. */
#ifndef APUS_APP_SERVICE_H
#define APUS_APP_SERVICE_H

#include "apus/main.h"
#include "app/plan.h"
#include "app/request.h"
#include "app/router.h"
#include "app/topic.h"

/* The plans that requests for a host may lead to. */
typedef struct apus__realm {
    apus_str host;   /* a pattern; of the first one empty: all others */
    uint32_t first;  /* the plan that the router calls 0 ... */
    uint32_t beyond; /* ... and the one behind its last */
    apus__router *router;
    const apus_mount *mount; /* until it is filled */
} apus__realm;

enum { APUS__REALMS_MAX = 64 }; /* hosts that have apps of their own, and the rest */

struct apus_service {
    const apus_app *app;
    struct apus_loop *loop;
    apus_service_options options;
    apus_arena arena;    /* all that is built at start */
    apus_str root_path;  /* what a proxy takes off in front of all paths */
    apus__around around; /* the app's */
    apus__plans plans;
    apus_worker worker;
    apus__realm *realms; /* in the order in which they are asked; the first comes last */
    uint32_t n_realms;
    bool has_sockets;                /* some route is a WebSocket */
    bool has_terms;                  /* some route says what its bodies may be */
    struct apus__overload *overload; /* NULL: nobody is turned away */
    struct apus_ws_deflate *deflate; /* of all WebSockets; NULL until one wants it */
    apus__hub hub;                   /* who listens to which topics */
    uint32_t live;                   /* requests that have not ended */
    char id_line[APUS__ID_LINE_LEN]; /* of the next request; see apus_req */
};

/* From now on fake is called where real would have been; in how many places. */
uint32_t apus__service_override(apus_service *s, apus_fn *real, apus_fn *fake);

enum { APUS__MOUNT_DEPTH_MAX = 8 }; /* apps within apps */

/* Adds /openapi.json, the docs pages and their assets, where the app, which stands behind
 * the prefix, wants them. */
apus_rc apus__docs_add(apus_service *s, const apus_app *app, apus_str prefix, apus_err *err)
    APUS_NODISCARD;

/* The app that a request is for; the outermost where no route was found. */
const apus_app *apus__req_app(const apus_req *req);

/* Finds the request's plan; 404, 405 with Allow, or a redirect to the other
 * spelling of a trailing slash. */
void apus__phase_route(apus_req *req);

/* Head and body of a success, as the handler and its route say. */
void apus__reply_success(apus_req *req, apus_http_reply *reply);

/* Sends the answer, or the failure. */
void apus__reply_send(apus_req *req);

/* later.c */
void apus__later_finally(apus_req *req);
void apus__later_after(apus_req *req);
void apus__later_defer(apus_req *req);

#endif
