/* What copy.c and pack.c know of each other. */
#ifndef APUS_MODEL_PACK_H
#define APUS_MODEL_PACK_H

#include "apus/pack.h"

/* Sets to 0 what no member of the shape covers. */
void apus__pack_scrub(const apus_model *shape, char *object);

#endif
