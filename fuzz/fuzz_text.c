/* Moments, durations, numbers, identifiers: what is printed is read back as the same. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "apus/text.h"

static void check_time(apus_str s)
{
    apus_time t, back;
    char text[APUS_TEXT_TIME_MAX];
    if (!apus_time_parse(s, &t, NULL))
        return;
    apus_str printed = { text, apus_time_print(t, text) };
    if (!apus_time_parse(printed, &back, NULL) || back.seconds != t.seconds ||
        back.nanos != t.nanos)
        abort();
}

static void check_decimal(apus_str s)
{
    apus_decimal n, back;
    char text[APUS_TEXT_DECIMAL_MAX];
    if (!apus_decimal_parse(s, &n, NULL))
        return;
    apus_str printed = { text, apus_decimal_print(n, text) };
    if (!apus_decimal_parse(printed, &back, NULL) || apus_decimal_cmp(n, back) != 0)
        abort();
}

static void check_others(apus_str s)
{
    char text[64];
    apus_uuid id, id_back;
    apus_ip ip, ip_back;
    apus_duration span, span_back;
    if (apus_uuid_parse(s, &id, NULL) &&
        (!apus_uuid_parse((apus_str){ text, apus_uuid_print(id, text) }, &id_back, NULL) ||
         memcmp(&id, &id_back, sizeof(id)) != 0))
        abort();
    if (apus_ip_parse(s, &ip, NULL) &&
        (!apus_ip_parse((apus_str){ text, apus_ip_print(ip, text) }, &ip_back, NULL) ||
         ip.version != ip_back.version))
        abort();
    if (apus_duration_parse(s, &span, NULL) &&
        !apus_duration_parse((apus_str){ text, apus_duration_print(span, text) }, &span_back, NULL))
        abort();
}

static void check_networks(apus_str s)
{
    char text[APUS_TEXT_IP_NETWORK_MAX];
    apus_ip_network net, net_back;
    apus_ip_interface port, port_back;
    if (apus_ip_network_parse(s, &net) &&
        (!apus_ip_network_parse((apus_str){ text, apus_ip_network_print(net, text) }, &net_back) ||
         memcmp(&net, &net_back, sizeof(net)) != 0))
        abort();
    if (apus_ip_interface_parse(s, &port) &&
        (!apus_ip_interface_parse((apus_str){ text, apus_ip_interface_print(port, text) },
                                  &port_back) ||
         memcmp(&port, &port_back, sizeof(port)) != 0))
        abort();
}

/* Slices must lie within what was given. */
static void check_within(apus_str whole, apus_str part)
{
    if (part.len && (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len))
        abort();
}

static void check_clock_and_mail(apus_str s)
{
    char text[APUS_TEXT_CLOCK_TIME_MAX];
    apus_clock_time t, back;
    apus_name_email mail;
    int64_t bytes;
    apus_str unit;
    if (apus_clock_time_parse(s, &t, NULL) &&
        (!apus_clock_time_parse((apus_str){ text, apus_clock_time_print(t, text) }, &back, NULL) ||
         back.seconds != t.seconds || back.nanos != t.nanos || back.offset != t.offset))
        abort();
    if (apus_name_email_parse(s, &mail, NULL)) {
        check_within(s, mail.name);
        check_within(s, mail.email);
    }
    if (apus_url_check(s, NULL)) {
        check_within(s, apus_url_scheme(s));
        check_within(s, apus_url_host(s));
    }
    if (apus_byte_size_parse(s, &bytes, &unit) == APUS_OK && bytes < 0)
        abort();
}

static void check_double(const uint8_t *data, size_t size)
{
    double v, back;
    char text[APUS_TEXT_DOUBLE_MAX + 1];
    if (size < sizeof(v))
        return;
    memcpy(&v, data, sizeof(v));
    if (!isfinite(v))
        return;
    size_t len = apus_double_print(v, text);
    if (len > APUS_TEXT_DOUBLE_MAX || !apus_double_parse((apus_str){ text, len }, &back) ||
        memcmp(&v, &back, sizeof(v)) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apus_str s = { (const char *)data, size };
    check_time(s);
    check_decimal(s);
    check_others(s);
    check_networks(s);
    check_clock_and_mail(s);
    check_double(data, size);
    return 0;
}
