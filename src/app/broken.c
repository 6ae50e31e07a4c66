/* What a program gives must keep the model that it promised; where it does not, the log says
 * which member, and whether it lies in memory of a request that has ended. */
#include "app/request.h"

/* The member that the encoder was at: the last name in what it has written. */
static apus_str last_name(const apus_buf *b)
{
    apus_str text = { b->ptr, b->len };
    size_t end = text.len;
    while (end >= 2 && !(text.ptr[end - 1] == ':' && text.ptr[end - 2] == '"'))
        end--;
    size_t begin = end < 3 ? 0 : end - 2;
    while (begin && text.ptr[begin - 1] != '"')
        begin--;
    return end < 3 ? APUS_STR("") : apus_str_slice(text, begin, end - 2 - begin);
}

void apus__req_breaks_model(apus_req *req, const char *what, const char *name,
                            const apus_buf *written)
{
    apus_str member = last_name(written);
    bool gone = apus_arena_finds_gone((apus_str){ written->ptr, written->len });
    apus__req_broken(req, "%s %s breaks its model%s%.*s%s", what, name, member.len ? " at " : "",
                     APUS_FMT(member),
                     gone ? ": it was memory of a request or message that has ended; what "
                            "is kept for longer is copied, with apus_copy"
                          : "");
}
