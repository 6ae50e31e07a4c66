/* Answers made from the contract, where the handlers do not run. */
#ifndef APUS_APP_MOCK_H
#define APUS_APP_MOCK_H

#include "apus/json.h"
#include "apus/req.h"

/* What one route answers: the `responses` of its operation. */
typedef struct apus__mock {
    const apus_json *document;
    const apus_json *responses; /* NULL: not documented */
    uint64_t seed;
} apus__mock;

struct apus_service;

/* From now on the service answers from its documents.  APUS_OK, APUS_NOMEM or, with a sentence
 * in *err, what is wrong with a document. */
apus_rc apus__service_mock(struct apus_service *s, uint64_t seed, apus_err *err) APUS_NODISCARD;

#endif
