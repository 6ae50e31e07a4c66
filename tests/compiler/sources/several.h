/* What the sources of one program share. */
#ifndef SEVERAL_H
#define SEVERAL_H

#include <apus/apus.h>

typedef struct item {
    int64_t id;
    apus_str name Field(min_length = 1);
} item;
List(item);

static inline bool is_even(apus_str text)
{
    return text.ptr[text.len - 1] % 2 == 0;
}

Convertor(even, check = is_even);
Convertor(slug, pattern = "^[a-z]+$");

typedef struct store store;

/// Opened once per request, in several_b.c.
store *open_store(apus_req *req);

#endif
