#include "apus/html.h"

void apus_html_escape(apus_buf *b, apus_str text)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
    };
    for (size_t i = 0; i < text.len; i++) {
        const char *entity = NULL;
        for (size_t k = 0; k < sizeof(entities) / sizeof(entities[0]); k++)
            if (entities[k].c == text.ptr[i])
                entity = entities[k].entity;
        if (entity)
            apus_buf_add(b, apus_str_of(entity));
        else
            apus_buf_addc(b, text.ptr[i]);
    }
}
