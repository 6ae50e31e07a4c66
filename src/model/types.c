#include "apus/model.h"

#define SIMPLE(name, c_type)                                                                       \
    const apus_type apus_type_##name = { .kind = APUS_KIND_##name,                                 \
                                         .size = sizeof(c_type),                                   \
                                         .align = _Alignof(c_type) }
#define LIST(name, item_type)                                                                      \
    const apus_type apus_type_##name = { .kind = APUS_KIND_list,                                   \
                                         .size = sizeof(apus_##name),                              \
                                         .align = _Alignof(apus_##name),                           \
                                         .item = &apus_type_##item_type }

SIMPLE(bool, bool);
SIMPLE(int8, int8_t);
SIMPLE(int16, int16_t);
SIMPLE(int32, int32_t);
SIMPLE(int64, int64_t);
SIMPLE(uint8, uint8_t);
SIMPLE(uint16, uint16_t);
SIMPLE(uint32, uint32_t);
SIMPLE(uint64, uint64_t);
SIMPLE(float, float);
SIMPLE(double, double);
SIMPLE(str, apus_str);
SIMPLE(cstr, const char *);
SIMPLE(bytes, apus_bytes);
SIMPLE(time, apus_time);
SIMPLE(date, apus_date);
SIMPLE(duration, apus_duration);
SIMPLE(uuid, apus_uuid);
SIMPLE(decimal, apus_decimal);
SIMPLE(url, apus_url);
SIMPLE(email, apus_email);
SIMPLE(ip, apus_ip);
SIMPLE(json, apus_json);
SIMPLE(clock_time, apus_clock_time);
SIMPLE(name_email, apus_name_email);
SIMPLE(secret, apus_secret);
SIMPLE(ip_network, apus_ip_network);
SIMPLE(ip_interface, apus_ip_interface);
LIST(strs, str);
LIST(ints, int64);
LIST(doubles, double);

uint32_t apus_model_find(const apus_model *m, apus_str name)
{
    if (m->slots) {
        uint16_t i = m->slots[apus_model_hash(name.ptr, name.len, m->seed) & m->slot_mask];
        return i != UINT16_MAX && apus_str_eq(m->fields[i].name, name) ? i : m->n_fields;
    }
    for (uint32_t i = 0; i < m->n_fields; i++) {
        if (apus_str_eq(m->fields[i].name, name))
            return i;
    }
    return m->n_fields;
}
