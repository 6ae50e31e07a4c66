/* Topics as the processes of a service know them. */
#ifndef APUS_APP_BUS_H
#define APUS_APP_BUS_H

#include "apus/bus.h"

/* A topic as processes know it. */
typedef struct apus__bus_topic {
    const apus_topic *topic;
    uint64_t print; /* differs where its name or its model does */
    uint32_t place;
    struct apus__bus_topic *next;
} apus__bus_topic;

/* Of those met so far; NULL without memory. */
const apus__bus_topic *apus__bus_topic_of(apus__bus_topic **known, const apus_topic *topic);

/* NULL where nobody ever listened to it. */
const apus__bus_topic *apus__bus_topic_find(const apus__bus_topic *known, uint64_t print);

void apus__bus_topics_finish(apus__bus_topic *known);

#endif
