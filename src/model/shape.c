#include "model/shape.h"

const apus_model *apus__model_shape(const apus_model *m, const void *object)
{
    if (m->n_variants == 0)
        return m;
    const apus_field *tag = &m->fields[m->tag_field];
    int64_t value = apus__load_signed((const char *)object + tag->offset, tag->type->size);
    for (uint32_t i = 0; i < m->n_variants; i++) {
        if (m->variants[i].tag == value)
            return m->variants[i].model;
    }
    return NULL;
}
