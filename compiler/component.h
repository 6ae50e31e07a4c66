/* compiler/component.h - what models and enums are called in a document.
 *
 * By their own names, where no two of one document share one.  Those that do are called after
 * the files they stand in as well, items__Item and orders__Item, with as many directories in
 * front (shop__items__Item) as it takes to tell the files apart. */
#ifndef APUSC_COMPONENT_H
#define APUSC_COMPONENT_H

#include "compiler/contract.h"

typedef struct component {
    const char *name;   /* in the document; without "-Input" and "-Output" */
    const char *wanted; /* its own: "Item"; of a shape of a union, with that in front: "PetCat" */
    const char *symbol; /* of the model, the enum, or the shape */
    ct_place place;
    struct component *next;
} component;

/* The components that the app of that bit reaches, in the order of the contract. */
component *components_of(apus_arena *arena, const contract *c, uint64_t bit);

#endif
