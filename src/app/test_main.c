/* Running an app's Test() functions, each in a process of its own: one that crashes
 * or hangs is reported like one that fails, and none sees what another left behind. */
#include "apus/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/test_record.h"

enum { TEST_SECONDS_MAX = 60 }; /* a test that takes longer hangs */

static void run_child(const apus_test_case *test)
{
    alarm(TEST_SECONDS_MAX);
    test->fn();
    fflush(NULL);
    _exit(0);
}

/* Whether it passed; says so. */
static bool run(const apus_test_case *test)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        run_child(test);
    int status = 0;
    pid_t got = child;
    while (child > 0 && (got = waitpid(child, &status, 0)) < 0 && errno == EINTR)
        ;
    if (child < 0 || got < 0)
        printf("FAIL  %s: no process for it: %s\n", test->name, strerror(errno));
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        printf("ok    %s\n", test->name);
    else if (WIFSIGNALED(status))
        printf("FAIL  %s (%s:%u): %s\n", test->name, test->file, test->line,
               WTERMSIG(status) == SIGALRM ? "took over 60 s" : strsignal(WTERMSIG(status)));
    else
        printf("FAIL  %s (%s:%u)\n", test->name, test->file, test->line);
    return child > 0 && got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int apus_test_main(const apus_app *app, const char *filter)
{
    unsigned passed = 0, failed = 0;
    for (uint32_t i = 0; i < app->n_tests; i++) {
        if (filter && !strstr(app->tests[i].name, filter))
            continue;
        if (run(&app->tests[i]))
            passed++;
        else
            failed++;
    }
    if (passed + failed == 0 && filter)
        printf("no test has \"%s\" in its name\n", filter);
    printf("%u passed, %u failed\n", passed, failed);
    /* of some of the tests nothing can be said about what none exercises */
    if (apus__record_is_contract() && !filter && !apus__record_report(app, stdout))
        failed++;
    return failed || (filter && passed == 0);
}
