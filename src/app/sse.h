/* The end of an event stream, as the life of a request sees it. */
#ifndef APUS_APP_SSE_H
#define APUS_APP_SSE_H

#include "app/request.h"

/* Ends what keeps the request's stream alive, if it has one.  Suspends until it has. */
void apus__sse_end(apus_req *req);

#endif
