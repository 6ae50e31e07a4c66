/* mock: a service that answers from its contract, before the handlers are written.
 *
 * It is the program itself, built from its sources, or from what apus import makes of a
 * document: routing, security and the 422 are the real ones.  APUS_MOCK tells it not to run
 * any function of its own. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "document.h"
#include "import.h"
#include "process.h"
#include "project.h"

static bool is_document(const char *path)
{
    struct stat st;
    return !(stat(path, &st) == 0 && S_ISDIR(st.st_mode)) &&
           !apus_str_ends(apus_str_of(path), APUS_STR(".c"));
}

static bool write_file(apus_arena *arena, const char *dir, const struct import_file *file)
{
    FILE *f = fopen(textf(arena, "%s/%s", dir, file->name), "w");
    if (!f)
        return false;
    fwrite(file->text.ptr, 1, file->text.len, f);
    return !(ferror(f) | fclose(f));
}

/* What the last document was in C. */
static void remove_sources(apus_arena *arena, const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        apus_str name = apus_str_of(e->d_name);
        if (apus_str_ends(name, APUS_STR(".c")) || apus_str_ends(name, APUS_STR(".h")))
            (void)unlink(textf(arena, "%s/%s", dir, e->d_name));
    }
    if (d)
        closedir(d);
}

/* Writes the document's sources below .apus/; NULL after a complaint. */
static const char *imported(apus_arena *arena, const char *path)
{
    importer im = { .arena = arena, .app = "mock", .document = document_read(arena, path) };
    apus_err err = { .msg = "" };
    if (!im.document)
        return NULL;
    if (import_document(&im, &err)) {
        complain("%s: %s", path, err.msg);
        return NULL;
    }
    for (const struct import_note *n = im.notes; n; n = n->next)
        fprintf(stderr, "note: %s: %s\n", *n->at ? n->at : "/", n->text);
    const char *dir = textf(arena, ".apus/mock-%08x", (unsigned)apus_hash(path, strlen(path), 0));
    (void)mkdir(".apus", 0777);
    (void)mkdir(dir, 0777);
    remove_sources(arena, dir); /* another document may have had other tags */
    for (const struct import_file *f = im.files; f; f = f->next) {
        if (!write_file(arena, dir, f)) {
            complain("%s/%s cannot be written", dir, f->name);
            return NULL;
        }
    }
    return dir;
}

static int run(apus_arena *arena, const struct options *options)
{
    struct options own = *options;
    const char *dir = NULL;
    struct project p;
    if (own.n_paths == 1 && is_document(own.paths[0])) {
        dir = imported(arena, own.paths[0]);
        if (!dir)
            return EXIT_FAILED;
        own.paths = &dir;
    }
    if (!project_find(arena, &own, BUILD_DEV, &p) || !project_build(&p, NULL))
        return EXIT_FAILED;
    setenv("APUS_MOCK", options->seed ? options->seed : "0", 1);
    struct argv a = { .arena = arena };
    argv_add(&a, strchr(p.program, '/') ? p.program : textf(arena, "./%s", p.program));
    if (options->host) {
        argv_add(&a, "--host");
        argv_add(&a, options->host);
    }
    if (options->port) {
        argv_add(&a, "--port");
        argv_add(&a, options->port);
    }
    fflush(NULL);
    process_exec(&a);
    return EXIT_FAILED;
}

static const manual_row rows[] = {
    { "FILE...", NULL,
      "an OpenAPI document as JSON; or the sources of a program, or a directory: its *.c and "
      "all below src (the working directory)",
      0 },
    ROW_HOST,
    ROW_PORT,
    { "--seed", "N", "other values where the contract leaves a choice (0)", PLACE(seed) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_mock = {
    .name = "mock",
    .page = { .name = "apus mock",
              .usage = "[DOCUMENT|FILE...|DIR] [--port PORT] [--seed N]",
              .summary = "serve examples from the contract, without the handlers",
              .heading = "Options",
              .rows = rows,
              .about =
                  "Parameters, bodies and credentials are checked as the program checks them; no "
                  "function of it runs. Answers are the examples of the document, or values made "
                  "from its schemas, the same for the same seed. A client that sends `Prefer: "
                  "code=404` gets the answer that is declared for that status.",
              .also = (const char *const[]){ "apus", "apus import", "apus dev", NULL } },
    .run = run,
};
