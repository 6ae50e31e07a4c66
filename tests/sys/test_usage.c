/* How much memory and how many descriptors are taken, as files and the system say. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "apus/usage.h"
#include "../support/system_root.h"

static void the_tightest_group_counts(void **state)
{
    (void)state;
    system_root_make();
    assert_int_equal(apus_memory_percent_below(system_root), 0); /* no groups at all */
    system_root_put("/proc/self", "cgroup", "4:memory:/old\n0::/a/b\n");
    assert_int_equal(apus_memory_percent_below(system_root), 0);
    system_root_put("/sys/fs/cgroup/a/b", "memory.max", "max\n");
    system_root_put("/sys/fs/cgroup/a/b", "memory.stat", "anon 500\nfile 900\n");
    assert_int_equal(apus_memory_percent_below(system_root), 0);
    system_root_put("/sys/fs/cgroup/a/b", "memory.max", "1000\n");
    assert_int_equal(apus_memory_percent_below(system_root), 50);
    system_root_put("/sys/fs/cgroup/a", "memory.max", "2000\n");
    system_root_put("/sys/fs/cgroup/a", "memory.stat", "file 100\nanon 1900\n");
    assert_int_equal(apus_memory_percent_below(system_root), 95);
    system_root_put("/proc/self", "cgroup", "0::/\n"); /* as a container sees it */
    system_root_put("/sys/fs/cgroup", "memory.max", "0\n");
    system_root_put("/sys/fs/cgroup", "memory.stat", "anon 1\n");
    assert_int_equal(apus_memory_percent_below(system_root), 0);
    system_root_put("/sys/fs/cgroup", "memory.max", "4\n");
    assert_int_equal(apus_memory_percent_below(system_root), 25);
    system_root_clear();
}

static void descriptors_are_counted(void **state)
{
    (void)state;
    struct rlimit was, now;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    now = was;
    now.rlim_cur = 1000;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
    assert_in_range(apus_descriptor_percent(), 0, 50);
    now.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
    assert_int_equal(apus_descriptor_percent(), 100);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
}

static void processes_are_measured(void **state)
{
    (void)state;
    apus_process_usage before, after, child;
    assert_true(apus_process_usage_of(getpid(), &before));
    assert_true(before.resident > 100000 && before.address_space > before.resident);
    assert_true(before.started > 1.5e9 && before.started < (double)time(NULL) + 5);
    volatile uint64_t work = 0;
    do {
        for (int i = 0; i < 1000000; i++)
            work = work + (uint64_t)i;
        assert_true(apus_process_usage_of(getpid(), &after));
    } while (after.cpu_seconds < before.cpu_seconds + 0.05);
    assert_true(after.started == before.started);

    int fd = dup(STDERR_FILENO);
    assert_true(apus_process_usage_of(getpid(), &after));
    assert_int_equal(after.descriptors, before.descriptors + 1);
    close(fd);
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur != RLIM_INFINITY)
        assert_int_equal(after.descriptors_max, limit.rlim_cur);

    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    assert_true(apus_process_usage_of(pid, &child));
    assert_true(child.started >= before.started && child.descriptors > 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(apus_process_usage_of(pid, &child));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tightest_group_counts),
        cmocka_unit_test(descriptors_are_counted),
        cmocka_unit_test(processes_are_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
