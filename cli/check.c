/* check: the contract first, then the running program against it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_attack.h"
#include "command.h"
#include "process.h"
#include "project.h"

enum { READY_MS = 5000 };

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof(at);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (struct sockaddr *)&at, &len))
        return -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    *port = ntohs(at.sin_port);
    return fd;
}

static pid_t start(apus_arena *arena, const struct project *p, const struct options *options,
                   uint16_t *port)
{
    int ready[2], listener = listen_anywhere(port);
    if (listener < 0 || pipe(ready)) {
        complain("no socket for the service: %s", strerror(errno));
        return -1;
    }
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    setenv("APUS_LISTEN_FD", textf(arena, "%d", listener), 1);
    setenv("APUS_READY_FD", textf(arena, "%d", ready[1]), 1);
    setenv("APUS_WORKERS", "0", 1);
    setenv("APUS_DRAIN", "0", 1); /* nobody is left who listens to streams that never end */
    struct argv a = { .arena = arena };
    argv_add(&a, strchr(p->program, '/') ? p->program : textf(arena, "./%s", p->program));
    for (const char **word = options->rest; word && *word; word++)
        argv_add(&a, *word);
    pid_t child = process_start(&a);
    close(ready[1]);
    close(listener);
    struct pollfd wait = { .fd = ready[0], .events = POLLIN };
    char byte;
    bool up = child > 0 && poll(&wait, 1, READY_MS) == 1 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!up)
        complain("the service did not start; its own words are above");
    return up ? child : -1;
}

static bool has_crashed(pid_t child, int *status)
{
    return waitpid(child, status, WNOHANG) == child;
}

/* A name and a value, on one line. */
static bool is_header(const char *text)
{
    const char *colon = strchr(text, ':');
    return colon && colon != text && strcspn(text, " \r\n") > (size_t)(colon - text) &&
           !strpbrk(text, "\r\n");
}

/* As it stands in a URL: "key=a%20b". */
static bool is_query(const char *text)
{
    const char *equals = strchr(text, '=');
    for (const char *p = text; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '#')
            return false;
    return equals && equals != text;
}

static int check(apus_arena *arena, const struct options *options)
{
    const char *words[] = { "--check", NULL };
    struct project p;
    uint16_t port;
    int status;
    if (options->query && !is_query(options->query)) {
        complain("--query takes a name and a value as in a URL: --query key=sesame");
        return EXIT_USAGE;
    }
    if (options->header && !is_header(options->header)) {
        complain("--header takes a name and a value: --header 'X-API-Key: key-ada'");
        return EXIT_USAGE;
    }
    if (!project_find(arena, options, BUILD_DEV, &p) || project_apusc(&p, words))
        return EXIT_FAILED;
    printf("ok    the contract\n");
    if (!project_build(&p, NULL))
        return EXIT_FAILED;
    fflush(NULL);
    pid_t child = start(arena, &p, options, &port);
    if (child < 0)
        return EXIT_FAILED;
    int code = check_attack(arena, (struct service){ port, options->header, options->query });
    if (has_crashed(child, &status)) {
        complain("the service crashed: exit code %d", process_code(status));
        return EXIT_FAILED;
    }
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    return code;
}

static const manual_row rows[] = {
    ROW_FILES,
    { "-H, --header", "HEADER",
      "sent with each request, so that guarded routes are attacked behind their guards: "
      "'X-API-Key: key-ada'",
      PLACE(header) },
    { "-Q, --query", "NAME=VALUE",
      "sent in the query of each request, for keys that stand there: 'key=sesame'", PLACE(query) },
    ROW_CFLAGS,
    ROW_VERBOSE,
    ROW_END,
};

const struct command command_check = {
    .name = "check",
    .page = { .name = "apus check",
              .usage = "[FILE...|DIR] [-H HEADER] [-Q NAME=VALUE] [-- ARG...]",
              .summary = "check the contract, then attack the running program with it",
              .heading = "Options",
              .rows = rows,
              .about = "Every operation is called with inputs made from its own schema; each "
                       "answer must "
                       "be documented and keep its schema, and what breaks the contract must be "
                       "refused. What follows -- goes to the program.",
              .also = (const char *const[]){ "apus", "apus test", NULL } },
    .run = check,
};
