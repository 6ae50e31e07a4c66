/* Text to JSON strings, and JSON without its blanks. */
#include "apus/json_scan.h"
#include "codec/swar.h"

/* What a character is escaped as; 0: not at all, 'u': \u00XX. */
static const char escapes[256] = {
    [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u',  [0x04] = 'u', [0x05] = 'u',
    [0x06] = 'u', [0x07] = 'u', [0x08] = 'b', [0x09] = 't',  [0x0a] = 'n', [0x0b] = 'u',
    [0x0c] = 'f', [0x0d] = 'r', [0x0e] = 'u', [0x0f] = 'u',  [0x10] = 'u', [0x11] = 'u',
    [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u',  [0x16] = 'u', [0x17] = 'u',
    [0x18] = 'u', [0x19] = 'u', [0x1a] = 'u', [0x1b] = 'u',  [0x1c] = 'u', [0x1d] = 'u',
    [0x1e] = 'u', [0x1f] = 'u', ['"'] = '"',  ['\\'] = '\\',
};

void apus_json_quote(apus_buf *to, apus_str text)
{
    static const char hex[] = "0123456789abcdef";
    /* room for the usual case in one step: two quotes and no escape */
    char *p = apus_buf_room(to, text.len + 2);
    if (!p)
        return;
    *p = '"';
    apus_buf_grew(to, 1);
    for (;;) {
        size_t n = apus__json_plain(text.ptr, text.len);
        apus_buf_add(to, apus_str_cut(&text, n));
        if (text.len == 0)
            break;
        unsigned char c = (unsigned char)*apus_str_cut(&text, 1).ptr;
        char escape[6] = { '\\', escapes[c], '0', '0', hex[c >> 4], hex[c & 15] };
        apus_buf_add(to, (apus_str){ escape, escapes[c] == 'u' ? 6 : 2 });
    }
    apus_buf_addc(to, '"');
}

static size_t string_len(apus_str json)
{
    size_t i = 1;
    while (i < json.len && json.ptr[i] != '"')
        i += json.ptr[i] == '\\' ? 2 : 1;
    return i < json.len ? i + 1 : json.len;
}

void apus_json_compact(apus_buf *to, apus_str json)
{
    while (json.len) {
        size_t run = 0;
        while (run < json.len && json.ptr[run] != '"' && json.ptr[run] != ' ' &&
               json.ptr[run] != '\n' && json.ptr[run] != '\r' && json.ptr[run] != '\t')
            run++;
        apus_buf_add(to, apus_str_cut(&json, run));
        if (json.len && json.ptr[0] == '"')
            apus_buf_add(to, apus_str_cut(&json, string_len(json)));
        else if (json.len)
            apus_str_cut(&json, 1);
    }
}
