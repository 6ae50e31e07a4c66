/* cli/error_page.h - what `apus dev` answers while nothing good has been built. */
#ifndef APUS_CLI_ERROR_PAGE_H
#define APUS_CLI_ERROR_PAGE_H

/* Accepts one connection on the non-blocking listener and answers it with 503 and
 * the compiler's words; the page loads itself again. */
void error_page_answer(int listener, const char *errors);

#endif
