/* Requests for files of the shelf, and such that bring files. */
#ifndef TESTS_SIM_ASK_FILE_H
#define TESTS_SIM_ASK_FILE_H

#include "answer.h"
#include "ask.h"

void ask_make_file(ask *a); /* whole, in parts, under conditions, GET and HEAD */
void ask_make_kept(ask *a); /* a body or a form that becomes a file */

/* What is wrong with the answer, or NULL. */
const char *ask_judge_file(const ask *a, const answer *got);
const char *ask_judge_kept(const ask *a, const answer *got);

#endif
