/* The headers that lead from HTTP to a WebSocket (RFC 6455 section 4.2). */
#include <assert.h>

#include "apus/text.h"
#include "apus/ws_codec.h"
#include "codec/chars.h"
#include "codec/sha1.h"

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

enum { KEY_LEN = 24, KEY_BYTES = 16 };

bool apus_ws_code_may_travel(unsigned code)
{
    bool is_defined = code >= 1000 && code <= 1014 && code != 1004 && code != APUS_WS_NO_CODE &&
                      code != APUS_WS_LOST;
    return is_defined || (code >= 3000 && code <= 4999);
}

apus_str apus_ws_reason_cut(apus_str text)
{
    if (text.len <= APUS_WS_REASON_MAX)
        return text;
    size_t end = APUS_WS_REASON_MAX;
    while (end && ((unsigned char)text.ptr[end] & 0xc0) == 0x80)
        end--;
    return apus_str_slice(text, 0, end);
}

/* --- headers that are lists --- */

/* The next item of a list separated by commas, or by semicolons; false at the end. */
static bool next_item(apus_str *list, char separator, apus_str *item)
{
    if (!list->ptr)
        return false;
    size_t end = apus_str_find(*list, separator);
    *item = apus_str_trim(apus_str_slice(*list, 0, end));
    if (end < list->len)
        apus_str_cut(list, end + 1);
    else
        *list = (apus_str){ 0 };
    return true;
}

static bool list_has(const apus_http_header *headers, uint32_t n, apus_str name, apus_str token,
                     bool (*is_same)(apus_str a, apus_str b))
{
    apus_str item;
    for (uint32_t i = 0; i < n; i++) {
        if (!apus_str_eq_nocase(headers[i].name, name))
            continue;
        for (apus_str list = headers[i].value; next_item(&list, ',', &item);)
            if (is_same(item, token))
                return true;
    }
    return false;
}

bool apus_ws_is_asked(const apus_http_header *headers, uint32_t n)
{
    return list_has(headers, n, APUS_STR("upgrade"), APUS_STR("websocket"), apus_str_eq_nocase) &&
           list_has(headers, n, APUS_STR("connection"), APUS_STR("upgrade"), apus_str_eq_nocase);
}

bool apus_ws_subprotocol_is_offered(const apus_http_header *headers, uint32_t n, apus_str name)
{
    return list_has(headers, n, APUS_STR("sec-websocket-protocol"), name, apus_str_eq);
}

apus_str apus_ws_subprotocol_choose(const apus_http_header *headers, uint32_t n,
                                    const apus_str *known, uint32_t n_known)
{
    for (uint32_t i = 0; i < n_known; i++)
        if (apus_ws_subprotocol_is_offered(headers, n, known[i]))
            return known[i];
    return APUS_STR("");
}

/* --- permessage-deflate (RFC 7692 section 7.1) --- */

/* The value of a window's bits: 8 .. 15, in quotes or without. */
static bool is_window(apus_str value)
{
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        value = apus_str_slice(value, 1, value.len - 2);
    return (value.len == 1 && (value.ptr[0] == '8' || value.ptr[0] == '9')) ||
           (value.len == 2 && value.ptr[0] == '1' && value.ptr[1] >= '0' && value.ptr[1] <= '5');
}

enum { NO_SERVER_TAKEOVER = 1, NO_CLIENT_TAKEOVER = 2, SERVER_WINDOW = 4, CLIENT_WINDOW = 8 };

/* Which parameter that is; 0: none that we take.  A smaller window for us would need a
 * stream of its own per connection: such an offer is declined. */
static unsigned deflate_param(apus_str param)
{
    size_t equals = apus_str_find(param, '=');
    bool has_value = equals != SIZE_MAX;
    apus_str name = apus_str_trim(apus_str_slice(param, 0, equals));
    apus_str value =
        has_value ? apus_str_trim(apus_str_slice(param, equals + 1, SIZE_MAX)) : APUS_STR("");
    if (apus_str_eq_nocase(name, APUS_STR("server_no_context_takeover")))
        return has_value ? 0 : NO_SERVER_TAKEOVER;
    if (apus_str_eq_nocase(name, APUS_STR("client_no_context_takeover")))
        return has_value ? 0 : NO_CLIENT_TAKEOVER;
    if (apus_str_eq_nocase(name, APUS_STR("client_max_window_bits")))
        return !has_value || is_window(value) ? CLIENT_WINDOW : 0;
    if (apus_str_eq_nocase(name, APUS_STR("server_max_window_bits")))
        return apus_str_eq(value, APUS_STR("15")) ? SERVER_WINDOW : 0;
    return 0;
}

static bool is_deflate_offer(apus_str offer)
{
    apus_str item;
    unsigned seen = 0;
    if (!next_item(&offer, ';', &item) || !apus_str_eq_nocase(item, APUS_STR("permessage-deflate")))
        return false;
    while (next_item(&offer, ';', &item)) {
        unsigned param = deflate_param(item);
        if (!param || seen & param)
            return false;
        seen |= param;
    }
    return true;
}

static bool deflate_is_offered(const apus_http_header *headers, uint32_t n)
{
    apus_str offer;
    for (uint32_t i = 0; i < n; i++) {
        if (!apus_str_eq_nocase(headers[i].name, APUS_STR("sec-websocket-extensions")))
            continue;
        for (apus_str list = headers[i].value; next_item(&list, ',', &offer);)
            if (is_deflate_offer(offer))
                return true;
    }
    return false;
}

/* --- the whole --- */

/* The header of that name; NULL when there is none, or more than one. */
static const apus_http_header *find_only(const apus_http_header *headers, uint32_t n, apus_str name)
{
    const apus_http_header *found = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (!apus_str_eq_nocase(headers[i].name, name))
            continue;
        if (found)
            return NULL;
        found = &headers[i];
    }
    return found;
}

/* base64 of 16 bytes. */
static bool is_key(apus_str key)
{
    char room[KEY_LEN * 2];
    apus_buf bytes = { .ptr = room, .cap = sizeof(room), .limit = sizeof(room) };
    return key.len == KEY_LEN && key.ptr[KEY_LEN - 1] == '=' && key.ptr[KEY_LEN - 2] == '=' &&
           apus_base64_read(&bytes, key) && bytes.len == KEY_BYTES;
}

apus_rc apus_ws_handshake_read(const apus_http_header *headers, uint32_t n, apus_ws_handshake *out)
{
    const apus_http_header *version = find_only(headers, n, APUS_STR("sec-websocket-version"));
    const apus_http_header *key = find_only(headers, n, APUS_STR("sec-websocket-key"));
    *out = (apus_ws_handshake){ 0 };
    if (!version || !apus_str_eq(version->value, APUS_STR("13")))
        return APUS_UNSUPPORTED;
    if (!key || !is_key(key->value)) {
        out->why = "Sec-WebSocket-Key is not base64 of 16 bytes";
        return APUS_SYNTAX;
    }
    out->key = key->value;
    out->has_deflate = deflate_is_offered(headers, n);
    return APUS_OK;
}

void apus_ws_accept_print(apus_str key, char to[APUS_WS_ACCEPT_LEN])
{
    char text[APUS__SHA1_INPUT_MAX], room[2 * APUS_WS_ACCEPT_LEN];
    uint8_t hash[APUS__SHA1_LEN];
    apus_buf out = { .ptr = room, .cap = sizeof(room), .limit = sizeof(room) };
    size_t len = key.len < KEY_LEN ? key.len : KEY_LEN;
    memcpy(text, key.ptr, len);
    memcpy(text + len, GUID, sizeof(GUID) - 1);
    apus__sha1((apus_str){ text, len + sizeof(GUID) - 1 }, hash);
    apus_base64_write(&out, (apus_bytes){ hash, sizeof(hash) });
    assert(out.len == APUS_WS_ACCEPT_LEN);
    memcpy(to, out.ptr, APUS_WS_ACCEPT_LEN);
}
