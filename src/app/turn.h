/* The memory of a loop over a stream: all that is allocated between one message and the
 * next is given back at once.
 *
 * The first apus_next or apus_ws_recv of a fiber makes an arena for it, where apus_new and
 * the like take memory from then on; each one empties it.  What was allocated before, and
 * what apus_keep copies, is the exchange's and stays. */
#ifndef APUS_APP_TURN_H
#define APUS_APP_TURN_H

#include "app/request.h"

/* A message is asked for: what the last one left is given back. */
void apus__turn_begin(apus_req *req);

/* The loop is over: memory is the exchange's again.  What the last turn allocated stays
 * until apus__turn_finish. */
void apus__turn_leave(apus_req *req);
void apus__turn_finish(apus_req *req);

#endif
