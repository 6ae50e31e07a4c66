/* Exchanges of tests, recorded and held to the app's own document.
 *
 * APUS_RECORD names a file; each exchange becomes a line of JSON in it:
 *
 *     {"operation": "GET /items/{id}", "method": "GET", "path": "/items/3", "status": 200,
 *      "type": "application/json", "answer": {...}, "problem": "/price: is below the minimum 0"}
 *
 * `operation` is missing where the document knows none, `problem` where there is none.  What a
 * test excuses is {"operation": ..., "excuse": "why"}.  apus_test_main reads it all when the
 * last test has ended. */
#ifndef APUS_APP_TEST_RECORD_H
#define APUS_APP_TEST_RECORD_H

#include <stdio.h>

#include "app/test_client.h"

/* Does nothing unless APUS_RECORD is set.  A mismatch ends the test. */
void apus__record_exchange(const apus_answer *a, apus_str request_body);

/* Whether APUS_CONTRACT asks for a report of what the tests have exercised. */
bool apus__record_is_contract(void);

/* Says which operations of the app's documents no test exercised or excused, and how many were;
 * whether none was left out. */
bool apus__record_report(const apus_app *app, FILE *to);

#endif
