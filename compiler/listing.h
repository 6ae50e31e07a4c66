/* compiler/listing.h - the routes of a program, for people and for programs. */
#ifndef APUSC_LISTING_H
#define APUSC_LISTING_H

#include "apus/buf.h"
#include "compiler/contract.h"

/* METHOD PATH handler file:line models guards, in columns. */
void listing_text(const contract *c, apus_buf *to);

/* The same as a JSON list of objects. */
void listing_json(const contract *c, apus_buf *to);

#endif
