/* What clients may cost: from options to the server, and a look at this process's memory. */
#ifndef APUS_SERVE_LIMITS_H
#define APUS_SERVE_LIMITS_H

#include <stdbool.h>

#include "apus/http.h"
#include "apus/loop.h"
#include "serve/options.h"

typedef struct apus__limiting {
    apus_http_server *server;
    apus_loop *loop;
    apus_timer timer;
    uint64_t memory_max; /* bytes of this process; 0: nobody looks */
    uint32_t requests_max;
    bool is_closed; /* too much memory: requests are turned away */
    uint32_t over;  /* looks at which that was so, less those since at which it was not */
    void (*exhausted)(void *ctx); /* it lasts: the process should be replaced; or NULL */
    void *exhausted_ctx;
    void (*trouble)(void *ctx, const apus_err *err);
    void *ctx;
} apus__limiting;

apus_http_limits apus__limits_of(const apus__options *o);

/* Sets what is not a number, and begins to look at memory: `trouble` is told when requests are
 * turned away for it and when they are not any more, `exhausted` when that has lasted for five
 * seconds, again and again.  APUS_OK, APUS_INVALID, APUS_LIMIT or
 * APUS_NOMEM. */
apus_rc apus__limits_set(apus__limiting *l, apus_http_server *server, apus_loop *loop,
                         const apus__options *o, apus_err *err) APUS_NODISCARD;

void apus__limits_finish(apus__limiting *l);

#endif
