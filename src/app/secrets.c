/* What must not be written anywhere: names that the contract calls secret. */
#include "app/service.h"

typedef void each_name(void *ctx, apus_str name);

static bool shows_in_head(apus_in in)
{
    return in == APUS_IN_query || in == APUS_IN_header;
}

static bool is_secret(const apus_field *f)
{
    return f->flags & APUS_FIELD_secret || f->type->kind == APUS_KIND_secret;
}

/* A parameter, or each member of a model that is spread. */
static void tell_param(const apus_param *p, each_name *fn, void *ctx)
{
    if (!shows_in_head(p->in))
        return;
    if (is_secret(&p->field))
        fn(ctx, p->field.name);
    if (!(p->flags & APUS_PARAM_model) || p->field.type->kind != APUS_KIND_model)
        return;
    const apus_model *m = p->field.type->model;
    for (uint32_t i = 0; i < m->n_fields; i++)
        if (is_secret(&m->fields[i]))
            fn(ctx, m->fields[i].name);
}

void apus_service_secrets(const apus_service *s, each_name *fn, void *ctx)
{
    for (uint32_t i = 0; i < s->plans.n; i++)
        for (uint32_t k = 0; k < s->plans.items[i].n_steps; k++) {
            const apus__step *step = &s->plans.items[i].steps[k];
            for (uint16_t n = 0; n < step->n_texts; n++)
                tell_param(step->texts[n].param, fn, ctx);
            for (uint16_t n = 0; n < step->n_security; n++) {
                const apus_security *scheme = step->security[n]->security;
                if (scheme->kind == APUS_SECURITY_key && shows_in_head(scheme->in))
                    fn(ctx, scheme->key);
            }
        }
}
