/* What a request has open while it goes on: children, subscriptions, a turn. */
#ifndef APUS_APP_STREAM_H
#define APUS_APP_STREAM_H

#include "app/request.h"
#include "app/turn.h"

/* The handler has returned: ends children and subscriptions.  To be called where
 * req->has_rare.  Suspends. */
void apus__stream_settle(apus_req *req);

/* Begins the answer, where it is one that goes on (events, a WebSocket), before the first
 * wait for something to send.  false when nobody is there.  Suspends. */
bool apus__stream_open(apus_req *req);

#endif
