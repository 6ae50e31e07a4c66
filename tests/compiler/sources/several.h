/* What the sources of one program share. */
#ifndef SEVERAL_H
#define SEVERAL_H

#include <apus/apus.h>

typedef struct item {
    int64_t id;
    apus_str name Field(min_length = 1);
} item;
List(item);

typedef struct store store;

/// Opened once per request, in several_b.c.
store *open_store(apus_req *req);

#endif
