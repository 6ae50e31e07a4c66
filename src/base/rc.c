#include "apus/rc.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *text;
    int status;
} codes[APUS_RC_COUNT] = {
#define X(name, status, text) [APUS_##name] = { text, status },
    APUS_RC_TABLE(X)
#undef X
};

const char *apus_version(void)
{
    return APUS_VERSION;
}

const char *apus_rc_text(apus_rc rc)
{
    return (unsigned)rc < APUS_RC_COUNT ? codes[rc].text : "no such result code";
}

int apus_rc_status(apus_rc rc)
{
    return (unsigned)rc < APUS_RC_COUNT ? codes[rc].status : 500;
}

void apus__err_set(apus_err *err, apus_rc rc, const char *fmt, ...)
{
    if (!err)
        return;
    va_list args;
    va_start(args, fmt);
    err->rc = rc;
    vsnprintf(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
}
