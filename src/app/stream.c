#include "app/stream.h"

#include "apus/sse.h"
#include "app/child.h"
#include "app/topic.h"
#include "app/ws.h"

void apus__stream_settle(apus_req *req)
{
    if (req->rare.children)
        apus__children_end(req);
    apus__subs_end(req);
    apus__turn_leave(req);
}

bool apus__stream_open(apus_req *req)
{
    apus_req *root = apus__req_root(req);
    if (root->has_rare && root->rare.ws)
        return apus__ws_open(root->rare.ws);
    if (root->has_rare && root->rare.sse)
        return apus_sse_open(root->rare.sse);
    return true;
}
