/* The tables of shapes.h; included by each test once. */
#ifndef TESTS_MODEL_SHAPES_TABLES_H
#define TESTS_MODEL_SHAPES_TABLES_H

#include "shapes.h"

static const apus_enum_value colours[] = {
    { APUS_STR_INIT("red"), 0 },
    { APUS_STR_INIT("green"), 1 },
    { APUS_STR_INIT("blue"), 2 },
};
static const apus_enum colour_enum = { "Colour", colours, 3, false };
static const apus_type colour_type = {
    .kind = APUS_KIND_enum, .size = sizeof(int), .align = _Alignof(int), .enumeration = &colour_enum
};
static const apus_type code_type = { .kind = APUS_KIND_chars, .size = 4, .align = 1, .n = 4 };

static const apus_field every_fields[] = {
    FIELD(every, flag, apus_type_bool),     FIELD(every, tiny, apus_type_int8),
    FIELD(every, count, apus_type_int32),   FIELD(every, big, apus_type_uint64),
    FIELD(every, ratio, apus_type_double),  FIELD(every, text, apus_type_str),
    FIELD(every, code, code_type),          FIELD(every, colour, colour_type),
    FIELD(every, at, apus_type_time),       FIELD(every, day, apus_type_date),
    FIELD(every, span, apus_type_duration), FIELD(every, id, apus_type_uuid),
    FIELD(every, price, apus_type_decimal), FIELD(every, link, apus_type_url),
    FIELD(every, mail, apus_type_email),    FIELD(every, address, apus_type_ip),
    FIELD(every, raw, apus_type_bytes),     FIELD(every, numbers, apus_type_ints),
    FIELD(every, any, apus_type_json),
};
const apus_model every_model = {
    .name = "Every",
    .size = sizeof(every),
    .align = _Alignof(every),
    .fields = every_fields,
    .n_fields = sizeof(every_fields) / sizeof(every_fields[0]),
};
const apus_type every_type = TYPE_OF(every, every_model);

static apus_pattern name_pattern = { .text = "^[a-z]+$" };
static const apus_rules name_rules = {
    .has = APUS_RULE_min_length | APUS_RULE_max_length | APUS_RULE_pattern,
    .min_length = 2,
    .max_length = 5,
    .pattern = &name_pattern,
};
static const apus_rules price_rules = {
    .has = APUS_RULE_gt | APUS_RULE_le,
    .gt = { 0, 0.0 },
    .le = { 100, 100.0 },
};
static const apus_rules stock_rules = {
    .has = APUS_RULE_ge | APUS_RULE_multiple_of,
    .ge = { 1, 1.0 },
    .multiple_of = { 5, 5.0 },
};
static const apus_rules tag_rules = {
    .has = APUS_RULE_min_items | APUS_RULE_max_items | APUS_RULE_unique | APUS_RULE_max_length,
    .min_items = 1,
    .max_items = 2,
    .max_length = 3,
};
static const int32_t stock_default = 10;
static const apus_strs tags_default = { NULL, 0 };

static const apus_field item_fields[] = {
    FIELD(item, name, apus_type_str, REQUIRED, .rules = &name_rules),
    FIELD(item, price, apus_type_double, REQUIRED, .rules = &price_rules),
    FIELD(item, tax, apus_type_double, OPTIONAL),
    FIELD(item, stock, apus_type_int32, .rules = &stock_rules, .default_value = &stock_default),
    FIELD(item, password, apus_type_str, .flags = APUS_FIELD_secret, .rules = &name_rules),
    FIELD(item, tags, apus_type_strs, .rules = &tag_rules, .default_value = &tags_default),
};
const apus_model item_model = {
    .name = "Item",
    .size = sizeof(item),
    .align = _Alignof(item),
    .fields = item_fields,
    .n_fields = sizeof(item_fields) / sizeof(item_fields[0]),
    .extra = APUS_EXTRA_forbid,
};
const apus_type item_type = TYPE_OF(item, item_model);
const apus_type item_list_type = {
    .kind = APUS_KIND_list,
    .size = sizeof(item_list),
    .align = _Alignof(item_list),
    .item = &item_type,
};

static const apus_enum_value kinds[] = { { APUS_STR_INIT("cat"), 0 }, { APUS_STR_INIT("dog"), 1 } };
static const apus_enum kind_enum = { "Kind", kinds, 2, false };
static const apus_type kind_type = {
    .kind = APUS_KIND_enum, .size = sizeof(int), .align = _Alignof(int), .enumeration = &kind_enum
};
#define PET_COMMON                                                                                 \
    FIELD(pet, kind, kind_type, .flags = APUS_FIELD_required | APUS_FIELD_tag),                    \
        FIELD(pet, name, apus_type_str, REQUIRED)
static const apus_field pet_fields[] = { PET_COMMON };
static const apus_field cat_fields[] = { PET_COMMON, FIELD(pet, lives, apus_type_int32, REQUIRED) };
static const apus_field dog_fields[] = { PET_COMMON, FIELD(pet, barks, apus_type_bool, REQUIRED) };
#define PET(label, table, n)                                                                       \
    {                                                                                              \
        .name = label, .size = sizeof(pet), .align = _Alignof(pet), .fields = table, .n_fields = n \
    }
static const apus_model cat_model = PET("Cat", cat_fields, 3);
static const apus_model dog_model = PET("Dog", dog_fields, 3);
static const apus_variant pet_variants[] = {
    { .tag = 0, .name = APUS_STR_INIT("cat"), .model = &cat_model },
    { .tag = 1, .name = APUS_STR_INIT("dog"), .model = &dog_model },
};
const apus_model pet_model = {
    .name = "Pet",
    .size = sizeof(pet),
    .align = _Alignof(pet),
    .fields = pet_fields,
    .n_fields = 2,
    .variants = pet_variants,
    .n_variants = 2,
};
const apus_type pet_type = TYPE_OF(pet, pet_model);

#endif
