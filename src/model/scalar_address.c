/* Addresses and identifiers: URLs, mail, IP, UUID. */
#include "apus/text.h"
#include "model/scalar.h"

static const char *plural(uint32_t n)
{
    return n == 1 ? "" : "s";
}

/* --- URLs --- */

static bool has_scheme(const apus_rules *r, apus_str scheme)
{
    for (uint32_t i = 0; i < r->n_schemes; i++) {
        if (apus_str_eq_nocase(r->schemes[i], scheme))
            return true;
    }
    return false;
}

/* 'http' or 'https' */
static apus_str expected_schemes(apus_decoder *d, const apus_rules *r)
{
    apus_buf b = apus_buf_in(d->arena);
    apus_str out;
    for (uint32_t i = 0; i < r->n_schemes; i++) {
        if (i)
            apus_buf_add(&b, i + 1U == r->n_schemes ? APUS_STR(" or ") : APUS_STR(", "));
        apus_buf_addf(&b, "'%.*s'", APUS_FMT(r->schemes[i]));
    }
    return apus_buf_take(&b, &out) ? APUS_STR("") : out;
}

static apus_rc check_scheme(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                            const apus_place *place, apus_str url)
{
    if (r->has & APUS_RULE_schemes && !has_scheme(r, apus_url_scheme(url))) {
        apus_str expected = expected_schemes(d, r);
        return apus__complain(d, place, in, "url_scheme",
                              apus__ctx_text(d, "expected_schemes", expected),
                              "URL scheme should be %.*s", APUS_FMT(expected));
    }
    if (r->has & APUS_RULE_host && apus_url_host(url).len == 0)
        return apus__complain(d, place, in, "url_parsing", APUS_STR("{\"error\":\"empty host\"}"),
                              "Input should be a valid URL, empty host");
    return APUS_OK;
}

APUS__SETTER(url)
{
    (void)type;
    const char *why;
    if (!apus__has_text(in))
        return apus__complain(d, place, in, "url_type", APUS_STR(""),
                              "URL input should be a string or URL");
    apus_str text = apus_str_trim(in->text);
    if (!apus_url_check(text, &why))
        return apus__complain(d, place, in, "url_parsing",
                              apus__ctx_text(d, "error", apus_str_of(why)),
                              "Input should be a valid URL, %s", why);
    if (rules->has & APUS_RULE_max_length && text.len > rules->max_length)
        return apus__complain(
            d, place, in, "url_too_long", apus__ctx_int(d, "max_length", rules->max_length),
            "URL should have at most %u character%s", rules->max_length, plural(rules->max_length));
    apus_rc rc = check_scheme(d, rules, in, place, text);
    return rc ? rc : apus__store_text(d, text, at);
}

/* --- mail --- */

APUS__SETTER(email)
{
    (void)type;
    (void)rules;
    const char *why;
    if (!apus__has_text(in))
        return apus__complain(d, place, in, "string_type", APUS_STR(""),
                              "Input should be a valid string");
    apus_str text = apus_str_trim(in->text);
    if (!apus_email_check(text, &why))
        return apus__complain(d, place, in, "value_error",
                              apus__ctx_text(d, "reason", apus_str_of(why)),
                              "value is not a valid email address: %s", why);
    return apus__store_text(d, text, at);
}

APUS__SETTER(name_email)
{
    (void)type;
    (void)rules;
    apus_name_email v;
    const char *why;
    if (!apus__has_text(in))
        return apus__complain(d, place, in, "string_type", APUS_STR(""),
                              "Input should be a valid string");
    if (!apus_name_email_parse(in->text, &v, &why))
        return apus__complain(d, place, in, "value_error",
                              apus__ctx_text(d, "reason", apus_str_of(why)),
                              "value is not a valid email address: %s", why);
    v.name = apus_arena_str(d->arena, v.name);
    v.email = apus_arena_str(d->arena, v.email);
    if (!v.name.ptr || !v.email.ptr)
        return APUS_NOMEM;
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}

/* --- IP --- */

/* In pydantic's words: of either version, or of one. */
static const struct ip_words {
    const char *of_any, *of_4, *of_6, *what;
} addresses = { "ip_any_address", "ip_v4_address", "ip_v6_address", "address" },
  networks = { "ip_any_network", "ip_v4_network", "ip_v6_network", "network" },
  interfaces = { "ip_any_interface", "ip_v4_interface", "ip_v6_interface", "interface" };

static apus_rc complain_ip(apus_decoder *d, const apus_rules *r, const struct apus__input *in,
                           const apus_place *place, const struct ip_words *words)
{
    if (!(r->has & APUS_RULE_version))
        return apus__complain(d, place, in, words->of_any, APUS_STR(""),
                              "value is not a valid IPv4 or IPv6 %s", words->what);
    return apus__complain(d, place, in, r->version == 4 ? words->of_4 : words->of_6, APUS_STR(""),
                          "Input is not a valid IPv%u %s", r->version, words->what);
}

static bool is_version(const apus_rules *r, const apus_ip *ip)
{
    return !(r->has & APUS_RULE_version) || r->version == ip->version;
}

APUS__SETTER(ip)
{
    (void)type;
    apus_ip v;
    if (!apus__has_text(in) || !apus_ip_parse(in->text, &v, NULL) || !is_version(rules, &v))
        return complain_ip(d, rules, in, place, &addresses);
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}

APUS__SETTER(ip_network)
{
    (void)type;
    apus_ip_network v;
    if (!apus__has_text(in) || !apus_ip_network_parse(in->text, &v) ||
        !is_version(rules, &v.address))
        return complain_ip(d, rules, in, place, &networks);
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}

APUS__SETTER(ip_interface)
{
    (void)type;
    apus_ip_interface v;
    if (!apus__has_text(in) || !apus_ip_interface_parse(in->text, &v) ||
        !is_version(rules, &v.address))
        return complain_ip(d, rules, in, place, &interfaces);
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}

/* --- UUID --- */

APUS__SETTER(uuid)
{
    (void)type;
    apus_uuid v;
    const char *why;
    if (!apus__has_text(in))
        return apus__complain(d, place, in, "uuid_type", APUS_STR(""),
                              "UUID input should be a string, bytes or UUID object");
    if (!apus_uuid_parse(in->text, &v, &why))
        return apus__complain(d, place, in, "uuid_parsing",
                              apus__ctx_text(d, "error", apus_str_of(why)),
                              "Input should be a valid UUID, %s", why);
    if (rules->has & APUS_RULE_version && v.bytes[6] >> 4 != rules->version)
        return apus__complain(d, place, in, "uuid_version",
                              apus__ctx_int(d, "expected_version", rules->version),
                              "UUID version %u expected", rules->version);
    memcpy(at, &v, sizeof(v));
    return APUS_OK;
}
