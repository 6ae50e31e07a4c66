/* One token, checked and stored as its kind wants it. */
#include <assert.h>

#include "model/decoder.h"
#include "model/scalar.h"

typedef apus_rc set_fn(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                       const struct apus__input *in, const apus_place *place, void *at);

static set_fn *const setters[APUS_KIND_COUNT] = {
    [APUS_KIND_bool] = apus__set_bool,
    [APUS_KIND_int8] = apus__set_int,
    [APUS_KIND_int16] = apus__set_int,
    [APUS_KIND_int32] = apus__set_int,
    [APUS_KIND_int64] = apus__set_int,
    [APUS_KIND_uint8] = apus__set_int,
    [APUS_KIND_uint16] = apus__set_int,
    [APUS_KIND_uint32] = apus__set_int,
    [APUS_KIND_uint64] = apus__set_int,
    [APUS_KIND_float] = apus__set_number,
    [APUS_KIND_double] = apus__set_number,
    [APUS_KIND_str] = apus__set_str,
    [APUS_KIND_cstr] = apus__set_str,
    [APUS_KIND_chars] = apus__set_str,
    [APUS_KIND_bytes] = apus__set_bytes,
    [APUS_KIND_enum] = apus__set_enum,
    [APUS_KIND_time] = apus__set_time,
    [APUS_KIND_date] = apus__set_date,
    [APUS_KIND_duration] = apus__set_duration,
    [APUS_KIND_uuid] = apus__set_uuid,
    [APUS_KIND_decimal] = apus__set_decimal,
    [APUS_KIND_url] = apus__set_url,
    [APUS_KIND_email] = apus__set_email,
    [APUS_KIND_ip] = apus__set_ip,
    [APUS_KIND_json] = apus__set_json,
    [APUS_KIND_clock_time] = apus__set_clock_time,
    [APUS_KIND_name_email] = apus__set_name_email,
    [APUS_KIND_secret] = apus__set_secret,
    [APUS_KIND_ip_network] = apus__set_ip_network,
    [APUS_KIND_ip_interface] = apus__set_ip_interface,
};

bool apus__kind_is_scalar(apus_kind kind)
{
    return setters[kind] != NULL;
}

apus_rc apus__scalar_set(apus_decoder *d, const apus_type *type, const apus_rules *rules,
                         const struct apus__input *in, const apus_place *place, void *at)
{
    static const apus_rules none = { 0 };
    assert(setters[type->kind]);
    return setters[type->kind](d, type, rules ? rules : &none, in, place, at);
}

bool apus__has_text(const struct apus__input *in)
{
    return in->token == APUS__TOKEN_string || in->token == APUS__TOKEN_text;
}
