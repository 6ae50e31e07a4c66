/* tests/model/animal.h - a model by hand that has all that leads somewhere, for what copies and
 * packs; included once by a program. */
#ifndef TESTS_MODEL_ANIMAL_H
#define TESTS_MODEL_ANIMAL_H

#include <stddef.h>
#include <stdint.h>

#include "apus/model.h"

struct leg {
    const char *name;
    double *length;
};
struct legs {
    struct leg *ptr;
    size_t len;
};
struct note {
    apus_str key;
    apus_str value;
};
struct notes {
    struct note *ptr;
    size_t len;
};
struct animal {
    uint8_t kind;
    apus_str name;
    apus_bytes mark;
    struct legs legs;
    struct leg *best;
    uint8_t n_ages;
    int64_t *ages;
    apus_str pair[2];
    struct notes notes;
    apus_json any;
    union {
        apus_str purrs; /* of cats */
        apus_strs barks;
    };
    apus_json rest;
    const void *hidden; /* not on the wire */
};

#define FIELD(S, m, ...)                                                                           \
    {                                                                                              \
        APUS_FIELD_NAME(#m), .offset = offsetof(struct S, m), .type = &__VA_ARGS__                 \
    }
#define TYPE(S, kind_, ...)                                                                        \
    {                                                                                              \
        .kind = APUS_KIND_##kind_, .size = sizeof(S), .align = _Alignof(S), __VA_ARGS__            \
    }
#define POINTER  .flags = APUS_FIELD_pointer | APUS_FIELD_nullable
#define COUNT(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))
#define MODEL(S, f)                                                                                \
    .name = #S, .size = sizeof(struct S), .align = _Alignof(struct S), .fields = f,                \
    .n_fields = COUNT(f)

static const apus_field leg_fields[] = {
    FIELD(leg, name, apus_type_cstr),
    FIELD(leg, length, apus_type_double, POINTER),
};
static const apus_model leg_model = { MODEL(leg, leg_fields) };
static const apus_type leg_type = TYPE(struct leg, model, .model = &leg_model);
static const apus_type legs_type = TYPE(struct legs, list, .item = &leg_type);
static const apus_type ages_type = TYPE(int64_t *, counted, .item = &apus_type_int64);
static const apus_type pair_type = TYPE(apus_str[2], array, .n = 2, .item = &apus_type_str);
static const apus_type notes_type =
    TYPE(struct notes, map, .item = &apus_type_str, .entry_size = sizeof(struct note),
         .value_offset = offsetof(struct note, value));
static const apus_enum_value kinds[] = { { APUS_STR_INIT("cat"), 0 }, { APUS_STR_INIT("dog"), 1 } };
static const apus_enum kind_enum = { .name = "kind", .values = kinds, .n_values = 2 };
static const apus_type kind_type = TYPE(uint8_t, enum, .enumeration = &kind_enum);

#define COMMON                                                                                     \
    FIELD(animal, kind, kind_type, .flags = APUS_FIELD_tag | APUS_FIELD_required),                 \
        FIELD(animal, name, apus_type_str), FIELD(animal, mark, apus_type_bytes),                  \
        FIELD(animal, legs, legs_type), FIELD(animal, best, leg_type, POINTER),                    \
        FIELD(animal, ages, ages_type, .count_offset = offsetof(struct animal, n_ages),            \
              .count_size = 1),                                                                    \
        FIELD(animal, pair, pair_type), FIELD(animal, notes, notes_type),                          \
        FIELD(animal, any, apus_type_json)
#define KEEPS .extra = APUS_EXTRA_keep, .keep_offset = offsetof(struct animal, rest)

static const apus_field cat_fields[] = { COMMON, FIELD(animal, purrs, apus_type_str) };
static const apus_field dog_fields[] = { COMMON, FIELD(animal, barks, apus_type_strs) };
static const apus_model cat_model = { MODEL(animal, cat_fields), KEEPS };
static const apus_model dog_model = { MODEL(animal, dog_fields), KEEPS };
static const apus_variant variants[] = { { 0, APUS_STR_INIT("cat"), &cat_model },
                                         { 1, APUS_STR_INIT("dog"), &dog_model } };
static const apus_field tag_fields[] = { COMMON };
static const apus_model animal_model = { MODEL(animal, tag_fields), .variants = variants,
                                         .n_variants = 2, .tag_field = 0 };
static const apus_type animal_type = TYPE(struct animal, model, .model = &animal_model);

static const apus_str texts[] = {
    APUS_STR_INIT(
        "{\"kind\":\"cat\",\"name\":\"Tom\",\"mark\":\"AP8=\","
        "\"legs\":[{\"name\":\"left\",\"length\":1.5},{\"name\":\"right\",\"length\":null}],"
        "\"best\":{\"name\":\"left\",\"length\":2.5},\"ages\":[1,2,3],\"pair\":[\"a\",\"b\"],"
        "\"notes\":{\"k\":\"v\",\"l\":\"w\"},\"any\":{\"k\":[1,2.5,null,\"t\",{}]},"
        "\"purrs\":\"loud\",\"more\":{\"deep\":[\"x\"]},\"last\":123456789012345678901234567890}"),
    APUS_STR_INIT("{\"kind\":\"dog\",\"name\":\"\",\"mark\":\"\",\"legs\":[],\"best\":null,"
                  "\"ages\":[],\"pair\":[\"\",\"\"],\"notes\":{},\"any\":null,"
                  "\"barks\":[\"wau\",\"wuff\"]}"),
};

#endif
