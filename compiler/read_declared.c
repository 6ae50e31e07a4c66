/* What stands on lines of its own and declares a name: State(visitor), Topic(prices, price). */
#include <string.h>

#include "compiler/read.h"

void declarations_each(unit *u, const char *word, void (*declare)(unit *u, const note *n))
{
    for (const file_item *it = u->items; it; it = it->next) {
        for (const note *n = it->function ? NULL : it->notes; n; n = n->next) {
            if (strcmp(n->word, word) == 0)
                declare(u, n);
        }
    }
}

diag *declared_again(unit *u, const note *n, const ct_place *first, const char *fmt, ...)
{
    if (first->line == n->place.line && strcmp(first->file, n->place.file) == 0)
        return NULL;
    va_list args;
    va_start(args, fmt);
    const char *text = memory_vtextf(u->reader->arena, fmt, args);
    va_end(args);
    diag *g = diag_add(u->reader->diags, DIAG_error, n->place, text);
    diag_note(u->reader->diags, g, first, "the first stands here");
    return g;
}
