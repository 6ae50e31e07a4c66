#include "http/status.h"

#include <stdio.h>

#include "apus/http.h"

/* RFC 9110 section 15, and those of RFC 6585 and 7725. */
#define STATUS_TABLE(X)                                                                            \
    X(100, "Continue")                                                                             \
    X(101, "Switching Protocols")                                                                  \
    X(200, "OK")                                                                                   \
    X(201, "Created")                                                                              \
    X(202, "Accepted")                                                                             \
    X(203, "Non-Authoritative Information")                                                        \
    X(204, "No Content")                                                                           \
    X(205, "Reset Content")                                                                        \
    X(206, "Partial Content")                                                                      \
    X(207, "Multi-Status")                                                                         \
    X(300, "Multiple Choices")                                                                     \
    X(301, "Moved Permanently")                                                                    \
    X(302, "Found")                                                                                \
    X(303, "See Other")                                                                            \
    X(304, "Not Modified")                                                                         \
    X(307, "Temporary Redirect")                                                                   \
    X(308, "Permanent Redirect")                                                                   \
    X(400, "Bad Request")                                                                          \
    X(401, "Unauthorized")                                                                         \
    X(402, "Payment Required")                                                                     \
    X(403, "Forbidden")                                                                            \
    X(404, "Not Found")                                                                            \
    X(405, "Method Not Allowed")                                                                   \
    X(406, "Not Acceptable")                                                                       \
    X(407, "Proxy Authentication Required")                                                        \
    X(408, "Request Timeout")                                                                      \
    X(409, "Conflict")                                                                             \
    X(410, "Gone")                                                                                 \
    X(411, "Length Required")                                                                      \
    X(412, "Precondition Failed")                                                                  \
    X(413, "Content Too Large")                                                                    \
    X(414, "URI Too Long")                                                                         \
    X(415, "Unsupported Media Type")                                                               \
    X(416, "Range Not Satisfiable")                                                                \
    X(417, "Expectation Failed")                                                                   \
    X(418, "I'm a Teapot")                                                                         \
    X(421, "Misdirected Request")                                                                  \
    X(422, "Unprocessable Content")                                                                \
    X(423, "Locked")                                                                               \
    X(424, "Failed Dependency")                                                                    \
    X(425, "Too Early")                                                                            \
    X(426, "Upgrade Required")                                                                     \
    X(428, "Precondition Required")                                                                \
    X(429, "Too Many Requests")                                                                    \
    X(431, "Request Header Fields Too Large")                                                      \
    X(451, "Unavailable For Legal Reasons")                                                        \
    X(500, "Internal Server Error")                                                                \
    X(501, "Not Implemented")                                                                      \
    X(502, "Bad Gateway")                                                                          \
    X(503, "Service Unavailable")                                                                  \
    X(504, "Gateway Timeout")                                                                      \
    X(505, "HTTP Version Not Supported")                                                           \
    X(507, "Insufficient Storage")                                                                 \
    X(511, "Network Authentication Required")

enum { STATUS_END = 512 };

static const apus_str lines[STATUS_END] = {
#define X(status, text) [status] = APUS_STR_INIT("HTTP/1.1 " #status " " text "\r\n"),
    STATUS_TABLE(X)
#undef X
};

apus_str apus__status_line(unsigned status, char *scratch)
{
    if (status < STATUS_END && lines[status].len)
        return lines[status];
    /* The reason may be empty, the blank before it may not (RFC 9112 section 4). */
    int len = snprintf(scratch, APUS__STATUS_LINE_MAX, "HTTP/1.1 %03u \r\n", status % 1000);
    return (apus_str){ scratch, (size_t)len };
}

static const apus_str names[STATUS_END] = {
#define X(status, text) [status] = APUS_STR_INIT(text),
    STATUS_TABLE(X)
#undef X
};

apus_str apus_http_status_name(unsigned status)
{
    return status < STATUS_END && names[status].len ? names[status] : APUS_STR("");
}

static const apus_str bodies[STATUS_END] = {
#define X(status, text) [status] = APUS_STR_INIT("{\"detail\":\"" text "\"}"),
    STATUS_TABLE(X)
#undef X
};

apus_str apus__status_body(unsigned status)
{
    return status < STATUS_END && bodies[status].len ? bodies[status] : APUS_STR("");
}
