/* reload: a running service goes over to the program and settings that are there now. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "command.h"

/* The number that a word or a file's first line is, or 0. */
static long read_number(const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    return errno || end == text || (*end && *end != '\n') || number <= 1 ? 0 : number;
}

static long find_process(const char *word)
{
    char line[32] = "";
    long number = read_number(word);
    if (number)
        return number;
    FILE *f = fopen(word, "r");
    if (!f) {
        complain("%s: %s; the number of a process is needed, or the file of --pid-file", word,
                 strerror(errno));
        return 0;
    }
    if (fgets(line, sizeof(line), f))
        number = read_number(line);
    fclose(f);
    if (!number)
        complain("%s: there is no process's number in it", word);
    return number;
}

static int reload(apus_arena *arena, const struct options *options)
{
    (void)arena;
    if (options->n_paths != 1 || strcmp(options->paths[0], ".") == 0) {
        complain("which service?  `apus reload PID`, or the file of its --pid-file");
        return EXIT_USAGE;
    }
    long process = find_process(options->paths[0]);
    if (!process)
        return EXIT_FAILED;
    if (kill((pid_t)process, SIGHUP)) {
        complain("process %ld: %s", process, strerror(errno));
        return EXIT_FAILED;
    }
    printf("process %ld reloads; its log says how that went\n", process);
    return EXIT_FINE;
}

static const manual_row reload_rows[] = {
    { "PID", NULL, "the number of the service's first process, or the file of its --pid-file", 0 },
    ROW_END,
};

const struct command command_reload = {
    .name = "reload",
    .page = { .name = "apus reload",
              .usage = "PID",
              .summary = "let a running service go over to a new version",
              .heading = "Options",
              .rows = reload_rows,
              .about = "The service must have workers. It starts those of the program that stands "
                       "at its path now, with the settings of now; when they serve, the ones "
                       "before finish what they have. No request is refused or lost, and if the "
                       "new version does not start, the one before goes on. The same as SIGHUP.",
              .also = (const char *const[]){ "apus", "apus run", NULL } },
    .run = reload,
};
