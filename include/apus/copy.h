/* apus/copy.h - a model as a whole of its own, for keeping.
 *
 *     price *mine = apus_model_copy(arena, &apus_model_price, p);
 *
 * MEMORY: everything that *p leads to by its table is copied into the arena: texts,
 * lists, optional members, models within.  Members that are not on the wire
 * (Field(skip)) are copied as they stand.  FIBERS: nothing suspends. */
#ifndef APUS_COPY_H
#define APUS_COPY_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/model.h"

APUS_API_BEGIN

/* A copy of *object in the arena; NULL when there is no room. */
void *apus_model_copy(apus_arena *a, const apus_model *m, const void *object) APUS_NODISCARD;

APUS_API_END

#endif
