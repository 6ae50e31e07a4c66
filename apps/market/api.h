/* market/api.h - what the endpoints share with the program around them. */
#ifndef MARKET_API_H
#define MARKET_API_H

#include <apus/apus.h>

#include "market/store.h"

/* The store that a request reads; a dependency, so that tests put another in its place. */
market_store *open_store(apus_req *req);

/* Which store that is, from now on.  Before the service starts; the caller keeps it. */
void market_api_use(market_store *store);

#endif
