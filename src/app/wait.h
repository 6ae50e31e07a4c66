/* Waiting, and being told to stop waiting. */
#ifndef APUS_APP_WAIT_H
#define APUS_APP_WAIT_H

#include "app/request.h"

/* Arms the route's deadline, if it has one. */
void apus__wait_begin(apus_req *req);

/* The handler is through.  If its wait was cut short and it did not say anything
 * else, that is its failure. */
void apus__wait_end(apus_req *req);

/* From here on waits work again whatever happened, for at most a few seconds. */
void apus__wait_shield(apus_req *req);

/* Calls fn(req, index) on a pool thread and waits for it. */
void apus__wait_blocking(apus_req *req, void (*fn)(apus_req *req, uint32_t index), uint32_t index);

/* The wait was cut short: that is a failure. */
void apus__wait_cut(apus_req *req, apus_rc reason);

#endif
