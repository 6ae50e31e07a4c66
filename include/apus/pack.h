/* apus/pack.h - models from one process to another that has the same tables: their bytes, and
 * those of all that they lead to.
 *
 *     price *mine = apus_model_pack(arena, &apus_model_price, p, &buf);
 *     price *theirs = apus_model_unpack(arena, &apus_model_price, &bytes);
 *
 * This is no format to keep or to send elsewhere: it holds structs as the compiler lays them
 * out.  apus_model_print tells whether two programs mean the same by a model.
 *
 * MEMORY: the arena's, which holds all that is pointed to.  LIMITS: models within models up to
 * 200 deep.  FIBERS: nothing suspends. */
#ifndef APUS_PACK_H
#define APUS_PACK_H

#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/model.h"

APUS_API_BEGIN

/* As apus_model_copy, and appends to *to what apus_model_unpack makes the same of.  NULL when
 * there is no room in the arena; *to may have failed besides. */
void *apus_model_pack(apus_arena *a, const apus_model *m, const void *object, apus_buf *to)
    APUS_NODISCARD;

/* Takes a model off the front of *packed.  Members that are not on the wire (Field(skip)) are
 * zero.  NULL when there is no room, or when those bytes are none of that model; nothing beyond
 * them is read, whatever they say. */
void *apus_model_unpack(apus_arena *a, const apus_model *m, apus_str *packed) APUS_NODISCARD;

/* A number that differs where the tables do: members, their types and places. */
uint64_t apus_model_print(const apus_model *m);

APUS_API_END

#endif
