#include "apus/accept.h"

/* "0.85" as 850; 0 for what is no weight: there are three digits at most. */
static int read_weight(apus_str text)
{
    if (text.len == 0 || (text.ptr[0] != '0' && text.ptr[0] != '1'))
        return 0;
    int weight = (text.ptr[0] - '0') * APUS_WEIGHT_MAX, unit = APUS_WEIGHT_MAX;
    if (text.len > 1 && text.ptr[1] != '.')
        return 0;
    for (size_t i = 2; i < text.len; i++) {
        unit /= 10;
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || unit == 0)
            return 0;
        weight += (text.ptr[i] - '0') * unit;
    }
    return weight > APUS_WEIGHT_MAX ? 0 : weight;
}

/* Of ";level=1; q=0.5" the weight. */
static int weight_of(apus_str params)
{
    while (params.len) {
        size_t end = apus_str_find(params, ';');
        apus_str one = apus_str_trim(apus_str_slice(params, 0, end));
        params = end == SIZE_MAX ? APUS_STR("") : apus_str_slice(params, end + 1, SIZE_MAX);
        bool is_weight =
            one.len >= 2 && (one.ptr[0] == 'q' || one.ptr[0] == 'Q') && one.ptr[1] == '=';
        if (is_weight)
            return read_weight(apus_str_slice(one, 2, SIZE_MAX));
    }
    return APUS_WEIGHT_MAX;
}

int apus_accept_weight(apus_str list, apus_str item)
{
    while (list.len) {
        size_t comma = apus_str_find(list, ',');
        apus_str one = apus_str_slice(list, 0, comma);
        list = comma == SIZE_MAX ? APUS_STR("") : apus_str_slice(list, comma + 1, SIZE_MAX);
        size_t semicolon = apus_str_find(one, ';');
        if (!apus_str_eq_nocase(apus_str_trim(apus_str_slice(one, 0, semicolon)), item))
            continue;
        return semicolon == SIZE_MAX ? APUS_WEIGHT_MAX
                                     : weight_of(apus_str_slice(one, semicolon + 1, SIZE_MAX));
    }
    return -1;
}
