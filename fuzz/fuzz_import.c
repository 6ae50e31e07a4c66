/* Any JSON as an OpenAPI document: the import ends, and either refuses or gives the files of
 * a project; each thing that it notes has a place. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/import.h"

#define MEMORY_MAX ((size_t)1 << 30)

static void check(apus_arena *a, const apus_json *document)
{
    importer im = { .arena = a, .document = document, .app = "api" };
    apus_err err = { .rc = APUS_OK };
    apus_rc rc = import_document(&im, &err);
    for (const struct import_note *n = im.notes; n; n = n->next) {
        if (!n->text[0] || (n->at[0] && n->at[0] != '/'))
            abort();
    }
    unsigned n_files = 0;
    for (const struct import_file *f = im.files; f; f = f->next, n_files++) {
        if (!f->text.len || strchr(f->name, '/'))
            abort();
    }
    if (rc ? !err.msg[0] : n_files < 2)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    apus_arena a;
    apus_arena_init(&a, &apus_alloc_libc, MEMORY_MAX);
    apus_json *document;
    if (apus_json_parse(&a, (apus_str){ (const char *)bytes, size }, NULL, &document, NULL) ==
        APUS_OK)
        check(&a, document);
    apus_arena_finish(&a);
    return 0;
}
