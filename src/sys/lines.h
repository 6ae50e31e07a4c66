/* src/sys/lines.h - between lines.c, which knows what is to be written, and who does it:
 * lines_thread.c, and in a simulated world sim/lines.c. */
#ifndef APUS_SYS_LINES_H
#define APUS_SYS_LINES_H

#include <stdbool.h>

#include "apus/lines.h"

enum {
    APUS__LINES_POLL_MS = 100
}; /* between two looks whether it takes some, and whether to end */

typedef struct apus__lines_writer apus__lines_writer;

/* From now on somebody calls apus__lines_write(l) every `every` ns.  APUS_OK or APUS_NOMEM. */
apus_rc apus__lines_writer_start(apus_lines *l, int64_t every, apus__lines_writer **out)
    APUS_NODISCARD;

/* He need not wait any longer; one call that is missed costs `every`. */
void apus__lines_writer_wake(apus__lines_writer *w);

/* He looks a last time, and has `patience` ns for it; then he is told to give up.  Whether he has
 * ended, and w with him; if not, he hangs in the system and keeps l. */
bool apus__lines_writer_stop(apus__lines_writer *w, int64_t patience);

/* --- for him --- */

void apus__lines_write(apus_lines *l);   /* all that is there; may wait */
void apus__lines_give_up(apus_lines *l); /* waits for nothing from now on; from any thread */

#endif
