/* Processes, what they share, and how many cores there are for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <netinet/in.h>
#include <netinet/tcp.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apus/process.h"
#include "apus/socket.h"
#include "../support/system_root.h"

extern char **environ;

/* --- starting --- */

static void run_shell(const char *script, const int *keep, size_t n_keep, apus_process_end *end)
{
    int program, pid, ended;
    char *argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script,
                     NULL };
    assert_int_equal(apus_program_open("/bin/sh", &program, NULL), APUS_OK);
    assert_int_equal(
        apus_process_start(
            &(apus_process_options){
                .program = program, .argv = argv, .env = environ, .keep = keep, .n_keep = n_keep },
            &pid, NULL),
        APUS_OK);
    apus_rc rc;
    while ((rc = apus_process_reap(&ended, end)) == APUS_MORE)
        usleep(1000);
    assert_int_equal(rc, APUS_OK);
    assert_int_equal(ended, pid);
    assert_int_equal(apus_process_reap(&ended, end), APUS_DONE);
    apus_program_close(program);
}

static void ends_are_told(void **state)
{
    (void)state;
    apus_process_end end;
    char text[APUS_PROCESS_END_MAX];
    run_shell("exit 7", NULL, 0, &end);
    apus_process_end_print(&end, text);
    assert_string_equal(text, "exit code 7");
    run_shell("kill -SEGV $$", NULL, 0, &end);
    apus_process_end_print(&end, text);
    assert_string_equal(text, "signal 11 (Segmentation fault)");
}

static void descriptors_are_kept_or_closed(void **state)
{
    (void)state;
    int ends[2];
    apus_process_end end;
    char script[128], got[8];
    size_t n;
    assert_int_equal(apus_socket_pair(ends, NULL), APUS_OK);
    snprintf(script, sizeof(script), "[ ! -e /proc/self/fd/%d ] && printf hello >&%d", ends[0],
             ends[1]);
    run_shell(script, &ends[1], 1, &end);
    assert_false(end.by_signal);
    assert_int_equal(end.code, 0);
    assert_int_equal(apus_socket_read(ends[0], got, sizeof(got), &n), APUS_OK);
    assert_memory_equal(got, "hello", 5);
    apus_socket_close(ends[0]);
    apus_socket_close(ends[1]);
}

static void what_cannot_be_started_is_explained(void **state)
{
    (void)state;
    int program, pid;
    apus_err err;
    char path[] = "/tmp/apus-process-XXXXXX";
    assert_int_equal(apus_program_open("/nowhere/at/all", &program, &err), APUS_NOT_FOUND);
    assert_non_null(strstr(err.msg, "/nowhere/at/all"));
    assert_int_equal(apus_program_open("/tmp", &program, &err), APUS_IO);
    /* executable, and yet no program */
    int fd = mkstemp(path);
    assert_true(fd >= 0 && fchmod(fd, 0755) == 0 && write(fd, "junk", 4) == 4);
    close(fd);
    assert_int_equal(apus_program_open(path, &program, &err), APUS_OK);
    char *argv[] = { path, NULL };
    assert_int_equal(
        apus_process_start(&(apus_process_options){ .program = program, .argv = argv, .env = argv },
                           &pid, &err),
        APUS_IO);
    assert_non_null(strstr(err.msg, "Exec format error"));
    apus_program_close(program);
    unlink(path);
}

static void we_know_ourselves(void **state)
{
    (void)state;
    char path[APUS_PROGRAM_PATH_MAX];
    struct stat here, there;
    char **arguments = apus_program_arguments();
    assert_non_null(arguments);
    assert_non_null(arguments[0]);
    assert_int_equal(apus_program_path(arguments[0], path, NULL), APUS_OK);
    assert_int_equal(stat("/proc/self/exe", &here), 0);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(here.st_ino, there.st_ino);
    assert_int_equal(apus_program_path("a-name-that-says-nothing", path, NULL), APUS_OK);
    assert_int_equal(path[0], '/');
    free(arguments[0]);
    free(arguments);
}

static void identities_are_looked_up(void **state)
{
    (void)state;
    apus_identity who;
    apus_err err;
    assert_int_equal(apus_identity_find("root", &who, &err), APUS_OK);
    assert_int_equal(who.user, 0);
    assert_int_equal(apus_identity_find("root:daemon", &who, &err), APUS_OK);
    assert_int_not_equal(who.group, 0);
    assert_int_equal(apus_identity_find("no-such-one", &who, &err), APUS_NOT_FOUND);
    assert_non_null(strstr(err.msg, "no user \"no-such-one\""));
    assert_int_equal(apus_identity_find("root:no-such-one", &who, &err), APUS_NOT_FOUND);
    assert_int_equal(apus_identity_find("", &who, &err), APUS_NOT_FOUND);
}

/* --- sharing --- */

static void memory_is_shared(void **state)
{
    (void)state;
    int fd;
    void *one, *two;
    assert_int_equal(apus_shared_create("test", 4096, &fd, &one, NULL), APUS_OK);
    assert_int_equal(apus_shared_open(fd, 4096, &two, NULL), APUS_OK);
    assert_int_equal(*(char *)two, 0);
    *(char *)one = 'x';
    assert_int_equal(*(char *)two, 'x');
    apus_shared_close(two, 4096);
    assert_int_equal(apus_shared_open(fd, 8192, &two, NULL), APUS_INVALID);
    apus_shared_close(one, 4096);
    close(fd);
}

/* Linux tells of a socket that listens how many may wait in the place of segments. */
static void so_many_may_wait(void **state)
{
    (void)state;
#ifdef __linux__
    struct tcp_info before, after;
    socklen_t len = sizeof(before);
    int fd;
    assert_int_equal(apus_socket_listen("127.0.0.1", 0, APUS_SOCKET_ALONE, &fd, NULL), APUS_OK);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &before, &len), 0);
    assert_int_equal(apus_socket_set_queue(fd, 7), APUS_OK);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &after, &len), 0);
    assert_int_not_equal(before.tcpi_sacked, 7);
    assert_int_equal(after.tcpi_sacked, 7);
    apus_socket_close(fd);
#else
    skip();
#endif
}

static void a_port_is_shared_among_our_own_only(void **state)
{
    (void)state;
    int first, second, other;
    apus_err err;
    assert_int_equal(apus_socket_listen("127.0.0.1", 0, APUS_SOCKET_FIRST, &first, &err), APUS_OK);
    uint16_t port = apus_socket_port(first);
    assert_int_equal(apus_socket_listen("127.0.0.1", port, APUS_SOCKET_SHARED, &second, &err),
                     APUS_OK);
    assert_true(apus_socket_is_listening(second));
    assert_int_equal(apus_socket_listen("127.0.0.1", port, APUS_SOCKET_FIRST, &other, &err),
                     APUS_BUSY);
    assert_int_equal(apus_socket_listen("127.0.0.1", port, APUS_SOCKET_ALONE, &other, &err),
                     APUS_BUSY);
    apus_socket_close(first);
    apus_socket_close(second);
}

/* --- cores --- */

static void quotas_of_groups_count(void **state)
{
    (void)state;
    system_root_make();
    assert_int_equal(apus_cores_allowed(system_root, 8), 8); /* no groups at all */
    system_root_put("/proc/self", "cgroup", "0::/a/b\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 8);
    system_root_put("/sys/fs/cgroup/a/b", "cpu.max", "max 100000\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 8);
    system_root_put("/sys/fs/cgroup/a", "cpu.max", "250000 100000\n"); /* of the group above */
    assert_int_equal(apus_cores_allowed(system_root, 8), 3);
    system_root_put("/sys/fs/cgroup/a/b", "cpu.max", "10000 100000\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 1);
    system_root_put("/sys/fs/cgroup/a/b", "cpu.max", "200000 100000\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 2);
    assert_int_equal(apus_cores_allowed(system_root, 1), 1); /* there are no more than there are */
    /* as a container sees it: its own group is the root */
    system_root_put("/proc/self", "cgroup", "0::/\n");
    system_root_put("/sys/fs/cgroup", "cpu.max", "400000 100000\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 4);
    system_root_clear();
}

static void quotas_of_the_first_version_count(void **state)
{
    (void)state;
    system_root_put("/proc/self", "cgroup",
                    "3:memory:/x\n2:cpu,cpuacct:/x\n1:cpuset:/x\nnonsense\n");
    system_root_put("/sys/fs/cgroup/cpu/x", "cpu.cfs_quota_us", "-1\n");
    system_root_put("/sys/fs/cgroup/cpu/x", "cpu.cfs_period_us", "100000\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 8);
    system_root_put("/sys/fs/cgroup/cpu/x", "cpu.cfs_quota_us", "150000\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 2);
    system_root_put("/sys/fs/cgroup/cpu/x", "cpu.cfs_period_us", "0\n");
    assert_int_equal(apus_cores_allowed(system_root, 8), 8);
    assert_true(apus_cores() >= 1);
    system_root_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_told),
        cmocka_unit_test(descriptors_are_kept_or_closed),
        cmocka_unit_test(what_cannot_be_started_is_explained),
        cmocka_unit_test(we_know_ourselves),
        cmocka_unit_test(identities_are_looked_up),
        cmocka_unit_test(memory_is_shared),
        cmocka_unit_test(so_many_may_wait),
        cmocka_unit_test(a_port_is_shared_among_our_own_only),
        cmocka_unit_test(quotas_of_groups_count),
        cmocka_unit_test(quotas_of_the_first_version_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
