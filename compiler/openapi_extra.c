/* openapi_extra = {...}: what the contract adds to the document by hand. */
#include "compiler/openapi.h"

static void merge(struct openapi *d, apus_json *into, apus_json *from);

static bool both_are(const apus_json *a, const apus_json *b, apus_json_kind kind)
{
    return a && a->kind == kind && b->kind == kind;
}

static void merge_member(struct openapi *d, apus_json *into, apus_json *member)
{
    const char *key = member->name.ptr;
    apus_json *known = apus_json_get(into, key);
    if (both_are(known, member, APUS_JSON_object)) {
        merge(d, known, member);
        return;
    }
    if (!both_are(known, member, APUS_JSON_list)) {
        apus_json_set(d->arena, into, key, member);
        return;
    }
    for (apus_json *item = member->first, *next; item; item = next) {
        next = item->next;
        apus_json_add(known, item);
    }
}

static void merge(struct openapi *d, apus_json *into, apus_json *from)
{
    for (apus_json *member = from->first, *next; member; member = next) {
        next = member->next;
        merge_member(d, into, member);
    }
}

void merge_extra(struct openapi *d, apus_json *into, const ct_value *extra)
{
    apus_json *from = extra ? value_json(d, NULL, extra) : NULL;
    if (from && from->kind == APUS_JSON_object)
        merge(d, into, from);
}
