/* The phase between knowing who is calling and doing what they ask. */
#ifndef APUS_APP_SCOPES_H
#define APUS_APP_SCOPES_H

#include "app/request.h"

/* Fails with 401 or 403 unless the principal has all scopes of the plan. */
void apus__phase_authorise(apus_req *req);

#endif
