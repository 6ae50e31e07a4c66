/* GET /json with libmicrohttpd, one thread with epoll. */
#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

static enum MHD_Result answer(void *fixed, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body,
                              size_t *body_len, void **state)
{
    (void)url, (void)method, (void)version, (void)body, (void)body_len;
    if (!*state) { /* answering the first call would close the connection */
        *state = fixed;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, fixed);
}

int main(int argc, char **argv)
{
    static char body[] = "{\"message\":\"Hello, World!\"}";
    struct MHD_Response *fixed =
        MHD_create_response_from_buffer(sizeof(body) - 1, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(fixed, "Content-Type", "application/json");
    if (argc < 2 ||
        !MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (unsigned short)atoi(argv[1]), NULL, NULL,
                          answer, fixed, MHD_OPTION_CONNECTION_LIMIT, 1024U, MHD_OPTION_END))
        return 1;
    for (;;)
        pause();
}
