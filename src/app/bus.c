#include "app/bus.h"

#include <string.h>

#include "apus/arena.h"
#include "apus/pack.h"

const apus__bus_topic *apus__bus_topic_of(apus__bus_topic **known, const apus_topic *topic)
{
    apus__bus_topic *t = *known;
    while (t && t->topic != topic)
        t = t->next;
    if (t)
        return t;
    t = apus_alloc_libc.resize(apus_alloc_libc.ctx, NULL, 0, sizeof(*t));
    if (!t)
        return NULL;
    uint64_t print = apus_hash(topic->name, strlen(topic->name), apus_model_print(topic->model));
    *t = (apus__bus_topic){
        .topic = topic, .print = print, .place = (uint32_t)(print % APUS_BUS_PLACES), .next = *known
    };
    *known = t;
    return t;
}

const apus__bus_topic *apus__bus_topic_find(const apus__bus_topic *known, uint64_t print)
{
    while (known && known->print != print)
        known = known->next;
    return known;
}

void apus__bus_topics_finish(apus__bus_topic *known)
{
    for (apus__bus_topic *t; (t = known);) {
        known = t->next;
        apus_alloc_libc.resize(apus_alloc_libc.ctx, t, sizeof(*t), 0);
    }
}
