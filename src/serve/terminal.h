#ifndef APUS_SERVE_TERMINAL_H
#define APUS_SERVE_TERMINAL_H

#include <stdbool.h>

/* SIGHUP also says that the terminal was closed, and then there is nobody to reload for.  To be
 * asked once before, to know whether there was one. */
bool apus__terminal_is_gone(void);

#endif
