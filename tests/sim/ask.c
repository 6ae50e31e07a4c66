#include "ask.h"

#include <stdio.h>

#include <apus/value.h>

#include "ask_file.h"
#include "frame.h"
#include "service.h"
#include "sys/sim/sim.h"

static void make_echo(ask *a)
{
    int64_t n = sim_between(-1000, 1000000);
    int64_t word = sim_between(0, 999999);
    snprintf(a->path, sizeof(a->path), "/echo/%lld?text=w%lld", (long long)n, (long long)word);
    apus_buf_addf(&a->answer, "{\"n\":%lld,\"text\":\"w%lld\"}", (long long)n, (long long)word);
}

static void make_sum(ask *a)
{
    int64_t n = sim_between(0, sim_chance(100) ? 800 : 20), sum = 0;
    a->method = "POST";
    snprintf(a->content_type, sizeof(a->content_type), "application/json");
    apus_buf_lit(&a->body, "{\"numbers\":[");
    for (int64_t i = 0; i < n; i++) {
        int64_t number = sim_between(-100000, 100000);
        sum += number;
        apus_buf_addf(&a->body, "%s%lld", i ? ", " : "", (long long)number);
    }
    apus_buf_lit(&a->body, "]}");
    snprintf(a->path, sizeof(a->path), "/sum");
    apus_buf_addf(&a->answer, "{\"count\":%lld,\"sum\":%lld}", (long long)n, (long long)sum);
}

static void make_wrong_sum(ask *a)
{
    a->method = "POST";
    snprintf(a->content_type, sizeof(a->content_type), "application/json");
    apus_buf_lit(&a->body, "{\"numbers\":[1,\"two\"]}");
    snprintf(a->path, sizeof(a->path), "/sum");
    a->status = 422;
}

static void make_sleep(ask *a)
{
    int64_t ms = sim_between(0, 3000);
    snprintf(a->path, sizeof(a->path), "/sleep/%lld", (long long)ms);
    apus_buf_addf(&a->answer, "{\"n\":%lld,\"text\":\"\"}", (long long)ms);
}

static void make_square(ask *a)
{
    int64_t n = sim_between(0, 1000000);
    snprintf(a->path, sizeof(a->path), "/square/%lld", (long long)n);
    apus_buf_addf(&a->answer, "{\"n\":%lld,\"text\":\"\"}", (long long)(n * n));
}

static void make_bytes(ask *a)
{
    int64_t size = sim_between(0, sim_chance(200) ? 200000 : 3000);
    snprintf(a->path, sizeof(a->path), "/bytes/%lld", (long long)size);
    for (int64_t i = 0; i < size; i++)
        apus_buf_addc(&a->answer, pattern_byte(i));
}

static void make_lines(ask *a)
{
    int64_t n = sim_between(0, sim_chance(200) ? 2000 : 30);
    int64_t pause = n <= 30 && sim_chance(300) ? sim_between(1, 200) : 0;
    snprintf(a->path, sizeof(a->path), "/lines/%lld?pause=%lld", (long long)n, (long long)pause);
    for (int64_t i = 0; i < n; i++)
        apus_buf_addf(&a->answer, "%-*lld\n", LINE_LEN - 1, (long long)i);
}

static void make_length(ask *a)
{
    int64_t size = sim_between(0, sim_chance(300) ? 100000 : 2000), sum = 0;
    a->method = "POST";
    snprintf(a->content_type, sizeof(a->content_type), "application/octet-stream");
    for (int64_t i = 0; i < size; i++) {
        apus_buf_addc(&a->body, pattern_byte(i));
        sum += pattern_byte(i);
    }
    snprintf(a->path, sizeof(a->path), "/length");
    apus_buf_addf(&a->answer, "{\"count\":%lld,\"sum\":%lld}", (long long)size, (long long)sum);
}

static void make_unknown(ask *a)
{
    snprintf(a->path, sizeof(a->path), "/nowhere");
    a->status = 404;
}

static void (*const makers[])(ask *a) = {
    make_echo,     make_echo,     make_sum,      make_wrong_sum, make_sleep,
    make_bytes,    make_square,   make_length,   make_lines,     make_unknown,
    ask_make_file, ask_make_file, ask_make_kept,
};

static void begin(ask *a)
{
    *a = (ask){ .method = "GET",
                .status = 200,
                .made_at = sim_now(),
                .body = apus_buf_with(&sim_alloc),
                .answer = apus_buf_with(&sim_alloc) };
}

void ask_make_tunnel(ask *a)
{
    static const apus_str normal = APUS_STR_INIT("\x03\xe8");
    begin(a);
    a->is_tunnel = true;
    snprintf(a->path, sizeof(a->path), "/tunnel");
    for (int64_t n = sim_between(0, 8); n; n--) {
        unsigned first = FRAME_FINAL | (sim_chance(500) ? FRAME_TEXT : FRAME_BINARY);
        int64_t len = sim_between(0, sim_chance(200) ? 60000 : 300);
        apus_buf message = apus_buf_with(&sim_alloc);
        for (int64_t i = 0; i < len; i++)
            apus_buf_addc(&message, pattern_byte(i + n));
        frame_put(&a->body, first, (apus_str){ message.ptr, message.len });
        frame_put_plain(&a->answer, first, (apus_str){ message.ptr, message.len });
        apus_buf_finish(&message);
    }
    a->goodbye = a->body.len;
    a->before_it = a->answer.len;
    frame_put(&a->body, FRAME_FINAL | FRAME_CLOSE, normal);
    frame_put_plain(&a->answer, FRAME_FINAL | FRAME_CLOSE, normal);
}

void ask_make(ask *a)
{
    begin(a);
    makers[sim_between(0, sizeof(makers) / sizeof(makers[0]) - 1)](a);
    a->is_chunked = a->content_type[0] && sim_chance(300);
}

void ask_make_rest(ask *a, int file, const char *etag, int64_t at)
{
    begin(a);
    a->file = file;
    snprintf(a->path, sizeof(a->path), "%s/f%d", sim_chance(500) ? "/site" : "/file", file);
    if (!at)
        return;
    a->n_headers = 2;
    a->headers[0].name = "range";
    snprintf(a->headers[0].value, sizeof(a->headers[0].value), "bytes=%lld-", (long long)at);
    a->headers[1].name = "if-range";
    snprintf(a->headers[1].value, sizeof(a->headers[1].value), "%s", etag);
}

void ask_finish(ask *a)
{
    apus_buf_finish(&a->body);
    apus_buf_finish(&a->answer);
}

static void write_chunks(const ask *a, apus_buf *to)
{
    size_t at = 0;
    while (at < a->body.len) {
        size_t left = a->body.len - at;
        size_t n = (size_t)sim_between(1, (int64_t)(left < 9000 ? left : 9000));
        apus_buf_addf(to, "%zx\r\n", n);
        apus_buf_add(to, (apus_str){ a->body.ptr + at, n });
        apus_buf_lit(to, "\r\n");
        at += n;
    }
    apus_buf_lit(to, "0\r\n\r\n");
}

void ask_write(const ask *a, const char *headers, apus_buf *to)
{
    apus_buf_addf(to, "%s %s HTTP/1.1\r\nHost: sim\r\n%s", a->method, a->path, headers);
    for (unsigned i = 0; i < a->n_headers; i++)
        apus_buf_addf(to, "%s: %s\r\n", a->headers[i].name, a->headers[i].value);
    if (a->content_type[0])
        apus_buf_addf(to, "Content-Type: %s\r\n", a->content_type);
    if (a->is_chunked)
        apus_buf_lit(to, "Transfer-Encoding: chunked\r\n");
    else if (a->content_type[0])
        apus_buf_addf(to, "Content-Length: %zu\r\n", a->body.len);
    apus_buf_lit(to, "\r\n");
    if (a->is_chunked)
        write_chunks(a, to);
    else if (a->body.len)
        apus_buf_add(to, (apus_str){ a->body.ptr, a->body.len });
}
