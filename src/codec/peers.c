#include "apus/peers.h"

#include "apus/text.h"

/* --- a list --- */

apus_rc apus_peers_add(apus_peers *p, apus_str text, apus_err *err)
{
    apus_ip_network network;
    if (apus_str_eq(text, APUS_STR("*"))) {
        p->all = true;
    } else if (apus_str_eq(text, APUS_STR("unix"))) {
        p->unix_socket = true;
    } else if (!apus_ip_network_parse(text, &network)) {
        return apus_err_set(err, APUS_INVALID,
                            "\"%.*s\" is no address, no network such as 10.0.0.0/8 (without bits "
                            "behind the mask), not \"unix\" and not \"*\"",
                            text.len < 80 ? (int)text.len : 80, text.ptr);
    } else if (p->n == APUS_PEERS_MAX) {
        return apus_err_set(err, APUS_LIMIT, "over %d networks", (int)APUS_PEERS_MAX);
    } else {
        p->networks[p->n++] = network;
    }
    return APUS_OK;
}

apus_rc apus_peers_add_list(apus_peers *p, const char *list, apus_err *err)
{
    apus_rc rc = APUS_OK;
    while (!rc && *(list += strspn(list, ", "))) {
        size_t len = strcspn(list, ", ");
        rc = apus_peers_add(p, (apus_str){ list, len }, err);
        list += len;
    }
    return rc;
}

/* --- a peer --- */

apus_str apus_peer_host(apus_str peer)
{
    if (peer.len && peer.ptr[0] == '[')
        return apus_str_slice(peer, 1, apus_str_find(peer, ']') - 1);
    size_t colon = apus_str_find(peer, ':');
    bool is_v6 = colon != SIZE_MAX &&
                 apus_str_find(apus_str_slice(peer, colon + 1, SIZE_MAX), ':') != SIZE_MAX;
    return is_v6 ? peer : apus_str_slice(peer, 0, colon);
}

static void unmap(apus_ip *ip)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    if (ip->version != 6 || memcmp(ip->bytes, mapped, sizeof(mapped)) != 0)
        return;
    memmove(ip->bytes, ip->bytes + 12, 4);
    ip->version = 4;
}

bool apus_peer_ip(apus_str peer, apus_ip *out)
{
    bool is_one = apus_ip_parse(apus_peer_host(peer), out, NULL);
    if (is_one)
        unmap(out);
    return is_one;
}

static bool is_within(const apus_ip_network *net, const apus_ip *ip)
{
    unsigned whole = net->prefix / 8, rest = net->prefix % 8;
    if (net->address.version != ip->version || memcmp(net->address.bytes, ip->bytes, whole) != 0)
        return false;
    return !rest || ((net->address.bytes[whole] ^ ip->bytes[whole]) & (0xff00 >> rest) & 0xff) == 0;
}

bool apus_peers_has(const apus_peers *p, apus_str peer)
{
    apus_ip ip;
    if (p->all)
        return true;
    if (!apus_peer_ip(peer, &ip))
        return p->unix_socket && apus_str_eq(peer, APUS_STR("unix"));
    for (size_t i = 0; i < p->n; i++)
        if (is_within(&p->networks[i], &ip))
            return true;
    return false;
}
