/* The way out: from what is to be sent to the exchange, through filters if there are any. */
#ifndef APUS_APP_OUT_H
#define APUS_APP_OUT_H

#include "apus/filter.h"
#include "app/request.h"

/* A filter of one request. */
typedef struct apus__filtering {
    const apus_filter *f;
    void *ctx;
    apus_buf out;
    bool takes; /* this answer's body */
    struct apus__filtering *outward;
} apus__filtering;

/* As apus_exchange_reply, _begin, _write and _finish; those that suspend there suspend here,
 * and apus__out_reply with a large body. */
void apus__out_reply(apus_req *req, const apus_http_reply *reply);
apus_rc apus__out_begin(apus_req *req, const apus_http_reply *head, uint64_t length) APUS_NODISCARD;
apus_rc apus__out_write(apus_req *req, apus_str bytes, apus_filter_step step) APUS_NODISCARD;
apus_rc apus__out_finish(apus_req *req);

#endif
