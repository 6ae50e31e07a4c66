/* diff: which changes of the contract break clients. */
#include "diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apus/json_scan.h"
#include "command.h"
#include "document.h"
#include "project.h"

static const char *const severity_names[] = {
    [DIFF_breaking] = "breaking",
    [DIFF_risky] = "risky",
    [DIFF_compatible] = "compatible",
};

static void print_json(apus_arena *arena, const struct diff *d)
{
    apus_json *list = apus_json_array(arena);
    for (const struct diff_finding *f = d->findings; f; f = f->next) {
        apus_json *one = apus_json_object(arena);
        apus_json_set(arena, one, "severity",
                      apus_json_text(arena, apus_str_of(severity_names[f->severity])));
        apus_json_set(arena, one, "operation", apus_json_text(arena, apus_str_of(f->operation)));
        apus_json_set(arena, one, "at", apus_json_text(arena, apus_str_of(f->at)));
        apus_json_set(arena, one, "why", apus_json_text(arena, apus_str_of(f->why)));
        apus_json_add(list, one);
    }
    apus_buf b = apus_buf_in(arena);
    apus_str text;
    apus_json_write(&b, list);
    if (apus_buf_take(&b, &text) == APUS_OK)
        printf("%s\n", text.ptr);
}

static void print_text(const struct diff *d)
{
    static const char *const colours[] = {
        [DIFF_breaking] = "\033[31m", [DIFF_risky] = "\033[33m", [DIFF_compatible] = "\033[32m"
    };
    bool is_coloured = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    for (int severity = DIFF_breaking; severity <= DIFF_compatible; severity++) {
        for (const struct diff_finding *f = d->findings; f; f = f->next) {
            if (f->severity != (diff_severity)severity)
                continue;
            printf("%s%-10s%s  %s%s%s\n            %s\n", is_coloured ? colours[severity] : "",
                   severity_names[severity], is_coloured ? "\033[0m" : "", f->operation,
                   *f->operation ? ": " : "", f->why, f->at);
        }
    }
    printf("%u breaking, %u risky, %u compatible\n", d->n[DIFF_breaking], d->n[DIFF_risky],
           d->n[DIFF_compatible]);
}

static int run(apus_arena *arena, const struct options *options)
{
    struct diff d = { .arena = arena };
    const char *why;
    if (options->n_paths == 0 || options->n_paths > 2 || strcmp(options->paths[0], ".") == 0) {
        complain("which documents?  Usage: apus diff OLD [NEW]");
        return EXIT_USAGE;
    }
    d.old_document = document_of(arena, options, options->paths[0]);
    d.new_document = d.old_document ? document_of(arena, options,
                                                  options->n_paths == 2 ? options->paths[1] : ".")
                                    : NULL;
    if (!d.new_document)
        return EXIT_FAILED;
    if (!diff_documents(&d, &why)) {
        complain("%s", why);
        return EXIT_FAILED;
    }
    if (options->json)
        print_json(arena, &d);
    else
        print_text(&d);
    return d.n[DIFF_breaking] ? EXIT_FAILED : EXIT_FINE;
}

static const manual_row rows[] = {
    { "OLD, NEW", NULL,
      "OpenAPI documents as JSON, or sources: NEW is else the program in the working directory; - "
      "is standard input",
      0 },
    { "--json", NULL, "for programs to read", PLACE(json) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_diff = {
    .name = "diff",
    .page = { .name = "apus diff",
              .usage = "OLD [NEW] [--json]",
              .summary = "say which changes of the contract break clients",
              .heading = "Options",
              .rows = rows,
              .about = "breaking: a client that keeps the old document can fail. risky: it depends "
                       "on what clients do. compatible: no client need notice. Each finding has "
                       "its place as a JSON pointer into the new document (into the old one of "
                       "what is gone) and says why. The exit code is 1 where something breaks.",
              .also = (const char *const[]){ "apus", "apus openapi", "apus import", NULL } },
    .run = run,
};
