/* Inside of apus_req: what a request carries from phase to phase.
 *
 * Lives in the exchange's arena.  Everything that most requests do not need is a
 * pointer that stays NULL. */
#ifndef APUS_APP_REQUEST_H
#define APUS_APP_REQUEST_H

#include <setjmp.h>
#include <stdbool.h>

#include "apus/decode.h"
#include "apus/http.h"
#include "apus/problem.h"
#include "apus/req.h"
#include "app/plan.h"
#include "app/router.h"

struct apus_service;

#define APUS__ID_HEADER "x-request-id: "

enum {
    APUS__REQUEST_ID_LEN = 24, /* 16 hex digits of the service, 8 that count */
    APUS__ID_AT = sizeof(APUS__ID_HEADER) - 1,
    APUS__ID_LINE_LEN = APUS__ID_AT + APUS__REQUEST_ID_LEN + 2,
};

/* Name and value, decoded, as they came. */
typedef struct apus__pair {
    apus_str name;
    apus_str value;
} apus__pair;

typedef struct apus__pairs {
    apus__pair *items;
    uint32_t n, room;
    uint32_t max; /* 0: APUS__PAIRS_MAX */
    bool read;    /* from the request: items is set, if there are any */
} apus__pairs;

typedef struct apus__failure {
    int status; /* 0: none */
    const char *code;
    apus_str detail; /* JSON; empty for a 422 made of problems */
    bool internal;   /* answered as "Internal Server Error" */
    bool unlogged;   /* there is no line about it */
} apus__failure;

/* apus_finally, apus_after, apus_defer. */
typedef struct apus__later {
    struct apus__later *next;
    void (*with_req)(apus_req *req, void *arg); /* finally, after ... */
    void (*plain)(void *arg);                   /* ... or defer */
    void *arg;
} apus__later;

struct apus_response {
    int status; /* 0: the route's */
    apus_str content_type;
    apus_str body;
    /* of an answer that is not a body in memory: sends it, with that head */
    void (*send)(apus_req *req, const struct apus_response *r, apus_http_reply *head);
};

enum apus__step_state {
    APUS__STEP_waiting,
    APUS__STEP_done,
    APUS__STEP_invalid, /* something it needs is; it will not be called */
};

/* Where a function that aborts lands. */
typedef struct apus__landing {
    jmp_buf at;
} apus__landing;

/* What most requests do without: zeroed when first asked for. */
typedef struct apus__rare {
    apus_str content_type; /* apus_set_header */
    apus_buf headers;      /* of a success: "Name: value\r\n" ... */
    apus_buf fail_headers; /* of a failure */
    apus__pairs query, cookies, form, headers_in;
    struct apus__file *files; /* of a multipart form */
    struct apus__sent *sent;  /* of partial bodies */
    apus_principal *principal;
    apus_str root_path;              /* that a proxy told; empty: the service's */
    apus_buf line;                   /* apus_write_line */
    struct apus_sse *sse;            /* of an event stream */
    struct apus_ws *ws;              /* of a WebSocket */
    struct apus_body *body;          /* that the handler reads */
    struct apus__kept_state *states; /* apus_state */
    struct apus_sub *subs;
    struct apus__child *children, *idle_children; /* live ones; those that have ended */
    apus_arena turn;                              /* see turn.h */
    bool has_turn, joins, too_slow;               /* too_slow: a subscription ended because of it */
    struct apus__filtering *filters;              /* innermost first; NULL: none */
    apus_str mistake;                             /* behind a 500, where apus dev serves */
    char id[APUS__REQUEST_ID_LEN + 1];
} apus__rare;

struct apus_req {
    apus_exchange *x;
    struct apus_service *service;
    struct apus_fiber *fiber;
    apus__plan *plan;       /* NULL: none was found */
    char *frame;            /* arguments and results of the steps */
    unsigned char *state;   /* of each step, enum apus__step_state */
    const apus_str *values; /* of the path's parameters */
    apus__landing *landing; /* NULL: nothing may abort now */
    apus_arena *memory;     /* of what the handler allocates: the exchange's, or the turn's */
    apus_req *parent;       /* of a child; see child.h */
    const apus_response *response;
    apus_str body; /* encoded */

    apus__later *finally; /* newest first */
    apus__later *after, **after_end;
    apus__later *defer; /* newest first */

    int64_t deadline;   /* 0: none */
    int64_t entered_at; /* loop time; 0: it does not count for the limit (overload.h) */
    uint32_t beside;    /* so many counted then, itself among them */
    int status;         /* apus_set_status; 0: the route's */
    bool answered;      /* the reply has gone out */
    bool begun;         /* with apus_write; `answered` as well */
    bool cut_short;     /* what failed was a wait: deadline, client gone, drain */
    bool rewriting;     /* an OnFail function may replace the failure */
    bool around;        /* the code that runs is middleware's */
    bool undone;        /* the body is no more in its Content-Encoding */
    bool has_rare;      /* `rare` has been zeroed */
    apus__failure failure;

    /* From here on nothing is zeroed at the beginning. */
    apus_problems problems;
    char id_line[APUS__ID_LINE_LEN]; /* "x-request-id: ID\r\n" */
    apus__rare rare;                 /* through apus__req_rare */
};

apus__rare *apus__req_rare(apus_req *req);

/* A decoder into the request's memory, with its problems. */
apus_decoder apus__req_decoder(apus_req *req);

/* A path without the root path in front of it, if it has that. */
apus_str apus__path_behind(apus_str root, apus_str path);

/* The path that the router looks for: without the root path, if it has that. */
apus_str apus__req_routed(apus_req *req);

/* Whether this is a pool thread, which has no fibers: nothing may suspend. */
bool apus__req_is_on_thread(void);

/* The request that the running fiber is for: req, or one of its children. */
apus_req *apus__req_here(apus_req *req);

/* req, or the one that it is a child of, or that one's. */
apus_req *apus__req_root(apus_req *req);

/* A header as it came, without a NUL; "" if absent. */
apus_str apus__req_raw_header(const apus_req *req, apus_str name);

/* The header line with the request's id. */
apus_str apus__req_id_line(const apus_req *req);

/* A mistake of the program, not of the client: logs it and fails with 500. */
void apus__req_broken(apus_req *req, const char *fmt, ...) APUS_PRINTF(2, 3);

/* The same of a `what` called `name` whose values break their model; *written is what
 * apus_encode_json left, and tells which of them. */
void apus__req_breaks_model(apus_req *req, const char *what, const char *name,
                            const apus_buf *written);

/* Fails with 422 and the problems collected so far. */
void apus__req_invalid(apus_req *req);

/* Fails with 503 because memory is out. */
void apus__req_no_memory(apus_req *req);

/* Fails because what was sent could not even be read: 400, or 503 for APUS_NOMEM. */
void apus__req_unreadable(apus_req *req, apus_rc why);

/* Runs fn(req, arg) so that apus_abort in it comes back here.  May suspend as fn does. */
void apus__req_guard(apus_req *req, void (*fn)(apus_req *req, void *arg), void *arg);

/* Whether the wait of this request was cut short for good. */
bool apus__req_cancelled(const apus_req *req);

#endif
