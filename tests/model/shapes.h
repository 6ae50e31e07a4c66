/* tests/model/shapes.h - models by hand, for the tests of the decoder and the encoder. */
#ifndef TESTS_MODEL_SHAPES_H
#define TESTS_MODEL_SHAPES_H

#include "apus/decode.h"
#include "apus/encode.h"

/* a member's name and place; its type and the rest follow */
#define FIELD(T, member, ...)                                                                      \
    {                                                                                              \
        APUS_FIELD_NAME(#member), .offset = offsetof(T, member), .type = &__VA_ARGS__              \
    }
#define OPTIONAL .flags = APUS_FIELD_pointer | APUS_FIELD_nullable
#define REQUIRED .flags = APUS_FIELD_required
#define TYPE_OF(T, table)                                                                          \
    {                                                                                              \
        .kind = APUS_KIND_model, .size = sizeof(T), .align = _Alignof(T), .model = &table          \
    }

/* --- one member of each kind --- */

typedef struct every {
    bool flag;
    int8_t tiny;
    int32_t count;
    uint64_t big;
    double ratio;
    apus_str text;
    char code[4];
    int colour;
    apus_time at;
    apus_date day;
    apus_duration span;
    apus_uuid id;
    apus_decimal price;
    apus_url link;
    apus_email mail;
    apus_ip address;
    apus_bytes raw;
    apus_ints numbers;
    apus_json any;
} every;

extern const apus_model every_model;
extern const apus_type every_type;

/* --- rules, defaults, pointers, secrets --- */

typedef struct item {
    apus_str name;
    double price;
    double *tax;
    int32_t stock;
    apus_str password;
    apus_strs tags;
} item;

extern const apus_model item_model;
extern const apus_type item_type;
typedef struct item_list {
    item *ptr;
    size_t len;
} item_list;
extern const apus_type item_list_type;

/* --- a tagged union --- */

typedef struct pet {
    int kind;
    apus_str name;
    int32_t lives; /* a cat's */
    bool barks;    /* a dog's */
} pet;

extern const apus_model pet_model;
extern const apus_type pet_type;

#endif
