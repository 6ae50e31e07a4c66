/* Once at the start: every pattern that a type leads to is compiled. */
#include "apus/decode.h"
#include "model/decoder.h"
#include "apus/pattern.h"

/* Models on the way down, so that one that contains itself ends the descent. */
struct descent {
    const apus_model *model;
    const struct descent *up;
};

static apus_rc prepare_model(const apus_model *m, const struct descent *up, apus_err *err);

static apus_rc prepare_type(const apus_type *t, const struct descent *up, apus_err *err)
{
    switch (t->kind) {
    case APUS_KIND_model:
        return prepare_model(t->model, up, err);
    case APUS_KIND_list:
    case APUS_KIND_counted:
    case APUS_KIND_array:
    case APUS_KIND_map:
        return prepare_type(t->item, up, err);
    default:
        return APUS_OK;
    }
}

apus_rc apus_rules_prepare(const apus_rules *rules, apus_err *err)
{
    return rules && rules->has & APUS_RULE_pattern ? apus_pattern_prepare(rules->pattern, err)
                                                   : APUS_OK;
}

static apus_rc prepare_model(const apus_model *m, const struct descent *up, apus_err *err)
{
    for (const struct descent *d = up; d; d = d->up) {
        if (d->model == m)
            return APUS_OK;
    }
    struct descent here = { m, up };
    apus_rc rc = APUS_OK;
    for (uint32_t i = 0; rc == APUS_OK && i < m->n_fields; i++) {
        rc = apus_rules_prepare(m->fields[i].rules, err);
        if (rc == APUS_OK)
            rc = prepare_type(m->fields[i].type, &here, err);
    }
    for (uint32_t i = 0; rc == APUS_OK && i < m->n_variants; i++)
        rc = prepare_model(m->variants[i].model, &here, err);
    return rc;
}

apus_rc apus__type_prepare(const apus_type *t, apus_err *err)
{
    return prepare_type(t, NULL, err);
}

apus_rc apus_model_prepare(const apus_model *m, apus_err *err)
{
    return prepare_model(m, NULL, err);
}
