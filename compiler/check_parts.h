/* compiler/check_parts.h - the checks, one noun each, and what they share. */
#ifndef APUSC_CHECK_PARTS_H
#define APUSC_CHECK_PARTS_H

#include "compiler/contract.h"
#include "compiler/diag.h"
#include "compiler/memory.h"
#include "compiler/value.h"

typedef struct checker {
    contract *contract;
    apus_arena *arena;
    diags *diags;
} checker;

/* --- check_rules.c --- */

/* Constraints that the type cannot have, or that contradict one another. */
void check_rules(checker *k, const ct_field *f);

/* What is left when lists, arrays and maps are taken off: constraints of text
 * and numbers hold for that. */
const ct_type *innermost(const ct_type *t);

bool is_integer_kind(apus_kind kind);
bool is_number_kind(apus_kind kind);
bool is_text_kind(apus_kind kind);
bool holds_items(apus_kind kind);

/* The least and greatest value of an integer kind; UINT64_MAX counts as INT64_MAX. */
void integer_range(apus_kind kind, int64_t *least, int64_t *greatest);

/* --- check_pattern.c --- */

/* Whether a pattern compiles; says so if not. */
void check_pattern(checker *k, const ct_field *f);
void check_convertors(checker *k);

/* Whether text matches; true when the pattern does not compile. */
bool pattern_matches(const char *pattern, const char *text);

/* --- check_default.c --- */

/* A default must be what a client could have sent. */
void check_default(checker *k, const ct_field *f);
void check_examples(checker *k, const ct_field *f);

/* --- check_model.c --- */

void check_enums(checker *k);
void check_models(checker *k);

/* --- check_tuple.c --- */

/* What means nothing where members have no names, and tuples that would have no end. */
void check_tuple(checker *k, const ct_model *m);

/* --- check_param.c --- */

/* Handlers and dependencies. */
void check_params(checker *k, const ct_param *params);

/* Where apus_worker * may stand, and what may stand beside it. */
void check_worker(checker *k, const ct_dependency *d);
void check_no_worker(checker *k, const ct_function *handler);

/* A stream of events is the answer of an Sse route, and of that alone. */
/* Nothing of these reads the body piece by piece. */
void check_streamed(checker *k, const ct_param *params, const char *name);
void check_events(checker *k, const ct_param *params, bool sends_events, const char *name);

/* A WebSocket route's function, and any other one, which has no apus_ws *. */
void check_socket(checker *k, const ct_route *r);
void check_talks(checker *k, const ct_param *params, const char *name);

/* Members of the body that the handler and its dependencies read under one name. */
void check_embedded(checker *k, const ct_route *r);

/* --- check_route.c, check_router.c --- */

void check_routes(checker *k);
void check_routers(checker *k);

/* The statuses of one route: its own, and those of responses = {...}. */
void check_status(checker *k, const ct_route *r);

/* --- check_order.c --- */

/* Routes that others, which stand above them, leave nothing. */
void check_never_called(checker *k, const ct_app *app);

/* --- check_id.c --- */

void check_operation_ids(checker *k, const ct_app *app);

/* --- check_call.c --- */

/* Webhooks and callbacks. */
void check_calls(checker *k);

/* --- check_document.c --- */

/* What goes into the document as it is written: licence, servers, tags, ... */
void check_documents(checker *k);

/* examples = {normal: {summary: "...", value: ...}} */
void check_named_examples(checker *k, const ct_value *examples);

/* --- check_guards.c --- */

/* Scopes that routes require. */
void check_guards(checker *k);

/* check_apps.c: which apps each model and enum is reached from. */
void mark_apps(checker *k);

#endif
