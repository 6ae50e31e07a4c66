/* The access log of a simulated service: written, moved and opened anew while it is served; at the
 * end every line must stand somewhere whole, or be counted as dropped. */
#ifndef TESTS_SIM_LOG_H
#define TESTS_SIM_LOG_H

#include <apus/access_log.h>
#include <apus/http.h>

typedef struct sim_log {
    apus_access_log *log;
    int64_t n_noted;          /* requests */
    int64_t written, dropped; /* lines, before it began */
    int64_t n_moved;          /* files */
} sim_log;

void sim_log_open(sim_log *l);
void sim_log_move(sim_log *l); /* and says so, or not yet */
void sim_log_end(sim_log *l);  /* and judges */

/* The apus_http_observer. */
void sim_log_note(void *log, const apus_exchange *x, const apus_http_outcome *o);

#endif
