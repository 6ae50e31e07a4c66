/* import: from an OpenAPI document to a project. */
#include "import.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "document.h"

/* The app is called like the folder, or like the document's title. */
static const char *app_name(apus_arena *arena, const apus_json *document)
{
    apus_str title =
        apus_json_text_or(apus_json_get(apus_json_get(document, "info"), "title"), APUS_STR("api"));
    return name_snake(arena, title);
}

/* Files that are there already are somebody's work. */
static bool write_file(apus_arena *arena, const char *dir, const struct import_file *file)
{
    const char *path = textf(arena, "%s/%s", dir, file->name);
    FILE *f = fopen(path, "wx");
    if (!f) {
        complain("%s: %s%s", path, strerror(errno),
                 errno == EEXIST ? "; import into a folder of its own, with -o" : "");
        return false;
    }
    fwrite(file->text.ptr, 1, file->text.len, f);
    if (ferror(f) | fclose(f)) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static unsigned print_notes(const importer *im)
{
    unsigned n = 0;
    for (const struct import_note *note = im->notes; note; note = note->next, n++)
        fprintf(stderr, "note: %s: %s\n", *note->at ? note->at : "/", note->text);
    return n;
}

static int run(apus_arena *arena, const struct options *options)
{
    importer im = { .arena = arena };
    apus_err err = { .msg = "" };
    if (options->n_paths != 1) {
        complain("which document?  Usage: apus import DOCUMENT [-o DIR]");
        return EXIT_USAGE;
    }
    im.document = document_read(arena, options->paths[0]);
    if (!im.document)
        return EXIT_FAILED;
    im.app = app_name(arena, im.document);
    const char *dir = options->output ? options->output : im.app;
    apus_rc rc = import_document(&im, &err);
    unsigned n_notes = print_notes(&im);
    if (rc) {
        complain("%s: %s", options->paths[0], err.msg);
        return EXIT_FAILED;
    }
    if (mkdir(dir, 0777) && errno != EEXIST) {
        complain("%s: %s", dir, strerror(errno));
        return EXIT_FAILED;
    }
    for (const struct import_file *f = im.files; f; f = f->next) {
        if (!write_file(arena, dir, f))
            return EXIT_FAILED;
        printf("made %s/%s\n", dir, f->name);
    }
    if (n_notes)
        printf("%u things are not said, or are said otherwise, in C: see the notes\n", n_notes);
    return EXIT_FINE;
}

static const manual_row rows[] = {
    { "DOCUMENT", NULL, "an OpenAPI document, 3.0 or 3.1, as JSON or YAML; - is standard input",
      0 },
    { "-o, --output", "DIR", "the folder to write to (called like the document's title)",
      PLACE(output) },
    ROW_END,
};

const struct command command_import = {
    .name = "import",
    .page = { .name = "apus import",
              .usage = "DOCUMENT [-o DIR]",
              .summary = "write models and handlers for an OpenAPI document",
              .heading = "Options",
              .rows = rows,
              .about = "Writes types.h with the models, main.c with the app, and a file with a "
                       "router for each first tag. The program compiles at once; its handlers "
                       "answer 501 until they are written. Whatever C or the annotations cannot "
                       "say is reported on standard error, a line each with its place in the "
                       "document.",
              .also = (const char *const[]){ "apus", "apus diff", "apus mock", NULL } },
    .run = run,
};
