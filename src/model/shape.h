/* What an object is at run time: its integers by their size, and which variant of a union. */
#ifndef APUS_MODEL_SHAPE_H
#define APUS_MODEL_SHAPE_H

#include <string.h>

#include "apus/model.h"

/* An integer of 1, 2, 4 or 8 bytes. */
static inline int64_t apus__load_signed(const void *at, uint32_t size)
{
    int8_t one;
    int16_t two;
    int32_t four;
    int64_t eight;
    switch (size) {
    case 1:
        memcpy(&one, at, 1);
        return one;
    case 2:
        memcpy(&two, at, 2);
        return two;
    case 4:
        memcpy(&four, at, 4);
        return four;
    default:
        memcpy(&eight, at, 8);
        return eight;
    }
}

static inline uint64_t apus__load_unsigned(const void *at, uint32_t size)
{
    uint64_t v = 0;
    switch (size) {
    case 1:
        return *(const uint8_t *)at;
    case 2: {
        uint16_t two;
        memcpy(&two, at, 2);
        return two;
    }
    case 4: {
        uint32_t four;
        memcpy(&four, at, 4);
        return four;
    }
    default:
        memcpy(&v, at, 8);
        return v;
    }
}

/* The model itself, or the variant that *object's tag says; NULL where the tag says none. */
const apus_model *apus__model_shape(const apus_model *m, const void *object);

#endif
