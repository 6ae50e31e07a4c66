/* cli/error_page.h - what `apus dev` answers while nothing good has been built: 503 and the
 * compiler's words; the page loads itself again. */
#ifndef APUS_CLI_ERROR_PAGE_H
#define APUS_CLI_ERROR_PAGE_H

#include "development_certificate.h"

struct error_page;

/* Answers on a duplicate of the non-blocking listener, by HTTPS with a certificate.  NULL after
 * a complaint. */
struct error_page *error_page_open(int listener, const struct development_certificate *certificate);

/* Answers who asks within wait_ms. */
void error_page_answer(struct error_page *page, const char *errors, int wait_ms);

void error_page_close(struct error_page *page); /* NULL is fine */

#endif
