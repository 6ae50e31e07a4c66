/* A WebSocket client in the same process: what a test says and hears. */
#include <stdio.h>

#include "apus/clock.h"
#include "apus/loop.h"
#include "apus/main.h"
#include "apus/value.h"
#include "apus/ws_codec.h"
#include "app/service.h"
#include "app/test_client.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

enum {
    MESSAGE_MAX = 64 << 20,
    SETTLE_TURNS = 8, /* of the loop, for a server that has been told something */
};

struct apus_test_socket {
    apus_test *test;
    apus_test_socket *next;
    const char *path;
    apus_http_pipe *pipe;
    apus_buf in; /* what came and was not looked at */
    size_t room;
    apus_answer answer;
    apus_ws_codec *codec; /* NULL: it was not accepted */
    apus_ws_deflate *deflate;
    apus_buf message, frame;
    unsigned code; /* of the server's close; 0: none yet */
    char reason[APUS_WS_REASON_MAX + 1];
};

/* --- asking --- */

static void turn(apus_test_socket *s, int64_t wait)
{
    apus_loop_turn(s->test->loop, wait);
    if (s->room != SIZE_MAX && s->pipe)
        apus_http_pipe_set_room(s->pipe, s->room);
}

/* Turns the loop until it `has`, or the server closes, or time is up. */
static bool wait_until(apus_test_socket *s, bool (*has)(apus_test_socket *s))
{
    int64_t until = apus_clock_now() + APUS__TEST_SECONDS_MAX * APUS_SECOND;
    while (!has(s)) {
        if (!s->pipe || (apus_http_pipe_is_closed(s->pipe) && s->in.len == 0))
            return has(s);
        turn(s, APUS_SECOND / 100);
        if (apus_clock_now() > until) {
            apus__test_fail_now("%s: nothing came within %d seconds", s->path,
                                APUS__TEST_SECONDS_MAX);
            return false;
        }
    }
    return true;
}

static bool has_answer(apus_test_socket *s)
{
    apus_str all = { s->in.ptr, s->in.len };
    size_t end = apus__test_head_end(all);
    if (!end)
        return apus_http_pipe_is_closed(s->pipe);
    apus_answer a = s->answer;
    a.is_cut = false;
    apus__test_cut_answer(all, "GET", &a);
    bool is_socket = end >= 12 && memcmp(s->in.ptr + 9, "101", 3) == 0;
    return is_socket || !a.is_cut || apus_http_pipe_is_closed(s->pipe);
}

static apus_str keep(apus_test_socket *s, apus_str text)
{
    apus_str copy = apus_arena_str(&s->test->arena, text.ptr ? text : APUS_STR(""));
    apus__test_need(copy.ptr != NULL, "out of memory");
    return copy;
}

static void create_codec(apus_test_socket *s)
{
    apus_str spoken = apus_answer_header(s->answer, "sec-websocket-extensions");
    if (apus_str_starts(spoken, APUS_STR("permessage-deflate")))
        apus__test_need(!apus_ws_deflate_create(&apus_alloc_libc, &s->deflate), "out of memory");
    apus_ws_codec_options o = {
        .role = APUS_WS_CLIENT, .message_max = MESSAGE_MAX, .deflate = s->deflate, .mask_seed = 1
    };
    apus__test_need(!apus_ws_codec_create(&o, &apus_alloc_libc, &s->codec), "out of memory");
}

/* The answer's head is taken off what came. */
static void take_answer(apus_test_socket *s)
{
    apus_str all = keep(s, (apus_str){ s->in.ptr, s->in.len });
    size_t end = apus__test_head_end(all);
    s->answer.body = s->answer.head = APUS_STR("");
    if (end >= 12 && memcmp(all.ptr + 9, "101", 3) == 0) {
        s->answer.status = 101;
        s->answer.head = apus_str_slice(all, 0, end);
        s->in.len -= end;
        memmove(s->in.ptr, s->in.ptr + end, s->in.len);
        create_codec(s);
    } else {
        apus__test_cut_answer(all, "GET", &s->answer);
        s->answer.body = keep(s, s->answer.body);
        apus_buf_clear(&s->in);
    }
}

apus_test_socket *apus_test_ws(apus_test *t, const char *path)
{
    apus_test_socket *s = APUS_NEW(&t->arena, apus_test_socket, 1);
    apus_buf b = apus_buf_in(&t->arena);
    apus_str request;
    apus_err err = { 0 };
    apus__test_need(s != NULL, "out of memory");
    s->test = t;
    s->path = keep(s, apus_str_of(path)).ptr;
    s->room = SIZE_MAX;
    s->answer = (apus_answer){ .method = "WebSocket", .path = s->path, .test = t };
    s->in = s->message = s->frame = apus_buf_with(&apus_alloc_libc);
    s->next = t->sockets;
    t->sockets = s;
    if (apus_service_start(t->service, &err))
        apus__test_fail_now("the app does not start: %s", err.msg);
    apus__test_write_head(t, "GET", path, &b);
    apus_buf_lit(&b, "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
                     "sec-websocket-key: " KEY "\r\n\r\n");
    apus__test_need(!apus_buf_take(&b, &request), "out of memory");
    apus__test_need(!apus_http_pipe_open(t->server, &s->in, &s->pipe), "no connection");
    apus_http_pipe_send(s->pipe, request);
    if (wait_until(s, has_answer))
        take_answer(s);
    return s;
}

apus_answer apus_test_ws_answer(apus_test_socket *s)
{
    return s->answer;
}

void apus__test_socket_end(apus_test_socket *s)
{
    apus_test_socket **at = &s->test->sockets;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    if (s->pipe)
        apus_http_pipe_close(s->pipe);
    apus_loop_turn(s->test->loop, 0); /* the pipe is the loop's to end */
    apus_buf_finish(&s->in);
    apus_buf_finish(&s->message);
    apus_buf_finish(&s->frame);
    apus_ws_codec_destroy(s->codec);
    apus_ws_deflate_destroy(s->deflate);
}

/* --- saying --- */

static bool is_socket(apus_test_socket *s)
{
    if (!s->codec)
        apus__test_fail_now("%s: there is no WebSocket: %d %.*s", s->path, s->answer.status,
                            APUS_FMT(s->answer.body));
    return s->codec != NULL;
}

void apus_test_ws_raw(apus_test_socket *s, apus_str bytes)
{
    if (!is_socket(s) || !s->pipe)
        return;
    apus_http_pipe_send(s->pipe, bytes);
    for (int i = 0; i < SETTLE_TURNS; i++)
        turn(s, 0);
}

static void say(apus_test_socket *s, apus_ws_kind kind, apus_str bytes)
{
    if (!is_socket(s))
        return;
    apus_buf_clear(&s->frame);
    apus__test_need(!apus_ws_codec_write(s->codec, kind, bytes, &s->frame), "out of memory");
    apus_test_ws_raw(s, (apus_str){ s->frame.ptr, s->frame.len });
}

void apus_test_ws_send(apus_test_socket *s, const char *text)
{
    say(s, APUS_WS_TEXT, apus_str_of(text));
}

void apus_test_ws_send_bytes(apus_test_socket *s, apus_bytes bytes)
{
    say(s, APUS_WS_BINARY, (apus_str){ (const char *)bytes.ptr, bytes.len });
}

void apus_test_ws_close(apus_test_socket *s, unsigned code)
{
    if (!is_socket(s) || !s->pipe)
        return;
    if (code) {
        apus_buf_clear(&s->frame);
        apus__test_need(!apus_ws_codec_write_close(s->codec, code, APUS_STR(""), &s->frame),
                        "a code that may not be sent");
        apus_test_ws_raw(s, (apus_str){ s->frame.ptr, s->frame.len });
        return;
    }
    apus_http_pipe_close(s->pipe);
    s->pipe = NULL;
    apus_buf_clear(&s->in);
    for (int i = 0; i < SETTLE_TURNS; i++)
        turn(s, 0);
}

void apus_test_ws_room(apus_test_socket *s, size_t bytes)
{
    s->room = bytes;
    if (s->pipe)
        apus_http_pipe_set_room(s->pipe, bytes);
}

/* --- hearing --- */

static void take_close(apus_test_socket *s, unsigned code, apus_str reason)
{
    s->code = code;
    snprintf(s->reason, sizeof(s->reason), "%.*s", APUS_FMT(reason));
}

/* Looks at what came until there is a message, or the end. */
static bool has_message(apus_test_socket *s)
{
    apus_ws_event e;
    apus_str input = { s->in.ptr, s->in.len };
    apus_rc rc = APUS_OK;
    bool found = s->code != 0;
    while (!rc && !found) {
        rc = apus_ws_codec_next(s->codec, &input, &s->message, &e);
        if (rc && rc != APUS_MORE)
            take_close(s, e.code, apus_str_of(e.why));
        else if (!rc && e.kind == APUS_WS_CLOSE)
            take_close(s, e.code, e.payload);
        else if (!rc && e.kind == APUS_WS_PING && s->pipe) {
            apus_buf_clear(&s->frame);
            if (!apus_ws_codec_write(s->codec, APUS_WS_PONG, e.payload, &s->frame))
                apus_http_pipe_send(s->pipe, (apus_str){ s->frame.ptr, s->frame.len });
        }
        found = s->code || (!rc && e.kind <= APUS_WS_BINARY);
    }
    memmove(s->in.ptr, input.len ? input.ptr : s->in.ptr, input.len);
    s->in.len = input.len;
    return found;
}

apus_answer apus_test_ws_recv(apus_test_socket *s)
{
    apus_answer a = s->answer;
    a.body = APUS_STR("");
    if (!is_socket(s))
        return a;
    apus_buf_clear(&s->message);
    bool found = wait_until(s, has_message);
    if (s->code || !found)
        apus__test_fail_now("%s: closed with %u \"%s\" where a message was expected", s->path,
                            s->code ? s->code : APUS_WS_LOST, s->reason);
    else
        a.body = keep(s, (apus_str){ s->message.ptr, s->message.len });
    return a;
}

apus_str apus_test_ws_reason(const apus_test_socket *s)
{
    return apus_str_of(s->reason);
}

void apus__expect_ws_text(apus_test_socket *s, const char *text, const char *file, int line)
{
    apus_answer a = apus_test_ws_recv(s);
    if (!apus_str_eq(a.body, apus_str_of(text)))
        apus__test_fail_now("%s:%d: %s: \"%.*s\" came, expected \"%s\"", file, line, s->path,
                            APUS_FMT(apus_str_slice(a.body, 0, 400)), text);
}

/* Answers the server's close, as a good client does. */
static void answer_close(apus_test_socket *s)
{
    apus_buf_clear(&s->frame);
    if (s->pipe && !apus_ws_codec_write_close(s->codec, APUS_WS_NO_CODE, APUS_STR(""), &s->frame))
        apus_test_ws_raw(s, (apus_str){ s->frame.ptr, s->frame.len });
}

void apus__expect_ws_close(apus_test_socket *s, unsigned code, const char *file, int line)
{
    if (!is_socket(s))
        return;
    bool had_code = s->code != 0;
    apus_buf_clear(&s->message);
    if (!had_code && wait_until(s, has_message) && !s->code) {
        apus__test_fail_now(
            "%s:%d: %s: \"%.*s\" came, and no close", file, line, s->path,
            APUS_FMT(apus_str_slice((apus_str){ s->message.ptr, s->message.len }, 0, 400)));
        return;
    }
    if (!had_code && s->code)
        answer_close(s);
    unsigned got = s->code ? s->code : APUS_WS_LOST;
    if (got != code)
        apus__test_fail_now("%s:%d: %s: closed with %u \"%s\", expected %u", file, line, s->path,
                            got, s->reason, code);
}
