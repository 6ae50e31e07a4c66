#include "apus/topic.h"

#include "apus/copy.h"
#include "apus/fiber.h"
#include "apus/pack.h"
#include "app/service.h"
#include "app/stream.h"
#include "app/topic.h"

enum {
    BUCKETS_MIN = 64,
    IDLE_MAX = 64, /* messages kept for reuse */
};

#define MESSAGE_MEMORY_MAX ((size_t)16 << 20)

typedef struct apus__message {
    uint32_t n_holders;
    void *object;
    apus_str key;
    apus_arena arena;           /* of object and key */
    struct apus__message *next; /* while idle */
} message;

typedef struct apus__room {
    const apus_topic *topic;
    bool is_all; /* of those who listen to every key */
    uint64_t hash;
    apus_sub *subs;
    uint32_t n_subs;
    struct apus__room *next; /* in its bucket */
    size_t key_len;
    char key[];
} room;

struct apus_sub {
    apus_req *req;
    room *room;
    apus_sub *next, **at; /* in its room */
    apus_sub *next_of_req;
    apus_fiber *waiter; /* in apus_next */
    apus_str key;       /* of the message given last */
    uint64_t dropped;
    bool overflowed;
    uint32_t n, first, room_for; /* the ring */
    message *ring[];
};

/* --- memory --- */

static void *take_memory(size_t size)
{
    return apus_alloc_libc.resize(apus_alloc_libc.ctx, NULL, 0, size);
}

static void give_memory(void *ptr, size_t size)
{
    apus_alloc_libc.resize(apus_alloc_libc.ctx, ptr, size, 0);
}

static APUS_NORETURN void no_memory(apus_req *req)
{
    apus_abort(req, 503, NULL, "out of memory");
}

/* --- messages --- */

static message *message_take(apus__hub *hub)
{
    message *m = hub->idle;
    if (m) {
        hub->idle = m->next;
        hub->n_idle--;
        return m;
    }
    m = take_memory(sizeof(*m));
    if (m)
        apus_arena_init(&m->arena, &apus_alloc_libc, MESSAGE_MEMORY_MAX);
    return m;
}

static void message_free(message *m)
{
    apus_arena_finish(&m->arena);
    give_memory(m, sizeof(*m));
}

static void message_drop(apus__hub *hub, message *m)
{
    if (--m->n_holders)
        return;
    if (hub->n_idle >= IDLE_MAX) {
        message_free(m);
        return;
    }
    apus_arena_reset(&m->arena);
    m->next = hub->idle;
    hub->idle = m;
    hub->n_idle++;
}

/* What it holds, or nothing without memory. */
static message *message_whole(apus__hub *hub, message *m)
{
    m->n_holders = 1;
    if (m->object && m->key.ptr)
        return m;
    message_drop(hub, m);
    return NULL;
}

/* Held by the caller; packed as well where *packed is given.  NULL without memory. */
static message *message_of(apus__hub *hub, const apus_topic *topic, apus_str key,
                           const void *object, apus_buf *packed)
{
    message *m = message_take(hub);
    if (!m)
        return NULL;
    m->object = packed ? apus_model_pack(&m->arena, topic->model, object, packed)
                       : apus_model_copy(&m->arena, topic->model, object);
    m->key = apus_arena_str(&m->arena, key);
    return message_whole(hub, m);
}

/* --- on the bus --- */

struct head {
    uint64_t print;
    uint32_t key_len;
};

/* Where to pack a message to; NULL where no other process wants it. */
static apus_buf *begin_packed(apus__hub *hub, const apus__bus_topic *t, apus_str key)
{
    if (!t || !hub->bus->wants(hub->bus->ctx, t->place))
        return NULL;
    struct head head = { t->print, (uint32_t)key.len };
    apus_buf_clear(&hub->packed);
    apus_buf_add(&hub->packed, (apus_str){ (const char *)&head, sizeof(head) });
    apus_buf_add(&hub->packed, key);
    return &hub->packed;
}

static void send_packed(const apus__hub *hub, const apus__bus_topic *t)
{
    if (hub->packed.failed)
        hub->bus->refused(hub->bus->ctx, t->topic);
    else
        hub->bus->send(hub->bus->ctx, t->place, (apus_str){ hub->packed.ptr, hub->packed.len });
}

/* Its topic as the bus has it; NULL where there is no bus. */
static const apus__bus_topic *on_bus(apus__hub *hub, const apus_topic *topic)
{
    return hub->bus ? apus__bus_topic_of(&hub->known, topic) : NULL;
}

static void tell_listens(const apus__hub *hub, const apus_topic *topic, int change)
{
    const apus__bus_topic *t = hub->known;
    while (t && t->topic != topic)
        t = t->next;
    if (t)
        hub->bus->listens(hub->bus->ctx, t->place, change);
}

void apus__hub_finish(apus__hub *hub)
{
    for (message *m; (m = hub->idle);) {
        hub->idle = m->next;
        message_free(m);
    }
    if (hub->buckets)
        give_memory(hub->buckets, hub->n_buckets * sizeof(room *));
    apus__bus_topics_finish(hub->known);
    if (hub->bus)
        apus_buf_finish(&hub->packed);
    *hub = (apus__hub){ 0 };
}

/* --- rooms --- */

/* {0} counts as "". */
static apus_str key_of(apus_str key)
{
    return key.ptr ? key : APUS_STR("");
}

static uint64_t hash_of(const apus_topic *topic, apus_str key, bool is_all)
{
    return apus_hash(key.ptr, key.len, (uint64_t)(uintptr_t)topic + is_all);
}

static room *room_find(const apus__hub *hub, const apus_topic *topic, apus_str key, bool is_all)
{
    uint64_t hash = hash_of(topic, key, is_all);
    room *r = hub->buckets ? hub->buckets[hash & (hub->n_buckets - 1)] : NULL;
    for (; r; r = r->next)
        if (r->hash == hash && r->topic == topic && r->is_all == is_all &&
            apus_str_eq((apus_str){ r->key, r->key_len }, key))
            return r;
    return NULL;
}

static bool hub_grow(apus__hub *hub)
{
    uint32_t n = hub->buckets ? hub->n_buckets * 2 : BUCKETS_MIN;
    room **buckets = take_memory(n * sizeof(room *));
    if (!buckets)
        return hub->buckets != NULL; /* fuller, and slower, will do */
    memset(buckets, 0, n * sizeof(room *));
    for (uint32_t i = 0; i < (hub->buckets ? hub->n_buckets : 0); i++)
        for (room *r; (r = hub->buckets[i]);) {
            hub->buckets[i] = r->next;
            r->next = buckets[r->hash & (n - 1)];
            buckets[r->hash & (n - 1)] = r;
        }
    if (hub->buckets)
        give_memory(hub->buckets, hub->n_buckets * sizeof(room *));
    hub->buckets = buckets;
    hub->n_buckets = n;
    return true;
}

static room *room_add(apus__hub *hub, const apus_topic *topic, apus_str key, bool is_all)
{
    if (hub->n_rooms >= hub->n_buckets && !hub_grow(hub))
        return NULL;
    room *r = take_memory(sizeof(*r) + key.len);
    if (!r)
        return NULL;
    *r = (room){
        .topic = topic, .is_all = is_all, .hash = hash_of(topic, key, is_all), .key_len = key.len
    };
    if (key.len)
        memcpy(r->key, key.ptr, key.len);
    room **bucket = &hub->buckets[r->hash & (hub->n_buckets - 1)];
    r->next = *bucket;
    *bucket = r;
    hub->n_rooms++;
    return r;
}

static void room_drop_if_empty(apus__hub *hub, room *r)
{
    room **at = &hub->buckets[r->hash & (hub->n_buckets - 1)];
    if (r->subs)
        return;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    hub->n_rooms--;
    give_memory(r, sizeof(*r) + r->key_len);
}

/* --- subscribing --- */

static size_t sub_size(const apus_topic *topic)
{
    uint32_t queue = topic->queue ? topic->queue : APUS_TOPIC_QUEUE;
    return sizeof(apus_sub) + queue * sizeof(message *);
}

static void sub_link(apus_sub *sub, apus_req *req, room *r)
{
    apus__rare *rare = apus__req_rare(req);
    sub->room = r;
    sub->next = r->subs;
    sub->at = &r->subs;
    if (sub->next)
        sub->next->at = &sub->next;
    r->subs = sub;
    r->n_subs++;
    sub->next_of_req = rare->subs;
    rare->subs = sub;
}

static apus_sub *subscribe(apus_req *req, const apus_topic *topic, apus_str key, bool is_all)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_subscribe on a pool thread");
        return NULL;
    }
    apus__hub *hub = &req->service->hub;
    if (hub->bus && !on_bus(hub, topic))
        no_memory(req);
    apus_sub *sub = take_memory(sub_size(topic));
    room *r = sub ? room_find(hub, topic, key, is_all) : NULL;
    if (sub && !r)
        r = room_add(hub, topic, key, is_all);
    if (!r) {
        if (sub)
            give_memory(sub, sub_size(topic));
        no_memory(req);
    }
    *sub = (apus_sub){ .req = req,
                       .key = APUS_STR(""),
                       .room_for = topic->queue ? topic->queue : APUS_TOPIC_QUEUE };
    sub_link(sub, req, r);
    tell_listens(hub, topic, 1);
    return sub;
}

apus_sub *apus__subscribe(apus_req *req, const apus_topic *topic, apus_str key)
{
    return subscribe(req, topic, key_of(key), false);
}

apus_sub *apus__subscribe_all(apus_req *req, const apus_topic *topic)
{
    return subscribe(req, topic, APUS_STR(""), true);
}

static message *ring_take(apus_sub *sub)
{
    message *m = sub->ring[sub->first];
    sub->first = (sub->first + 1) % sub->room_for;
    sub->n--;
    return m;
}

void apus_unsubscribe(apus_req *req, apus_sub *sub)
{
    if (!sub)
        return;
    apus__hub *hub = &req->service->hub;
    apus_sub **of_req = &sub->req->rare.subs;
    room *r = sub->room;
    while (*of_req != sub)
        of_req = &(*of_req)->next_of_req;
    *of_req = sub->next_of_req;
    *sub->at = sub->next;
    if (sub->next)
        sub->next->at = sub->at;
    r->n_subs--;
    tell_listens(hub, r->topic, -1);
    while (sub->n)
        message_drop(hub, ring_take(sub));
    give_memory(sub, sub_size(r->topic));
    room_drop_if_empty(hub, r);
}

void apus__subs_end(apus_req *req)
{
    while (req->rare.subs)
        apus_unsubscribe(req, req->rare.subs);
}

/* --- publishing --- */

static void ring_put(apus__hub *hub, apus_sub *sub, message *m)
{
    if (sub->overflowed)
        return;
    if (sub->n == sub->room_for) {
        sub->dropped++;
        sub->overflowed = sub->room->topic->overflow == APUS_OVERFLOW_disconnect;
        if (!sub->overflowed)
            message_drop(hub, ring_take(sub));
    }
    if (!sub->overflowed) {
        sub->ring[(sub->first + sub->n) % sub->room_for] = m;
        sub->n++;
        m->n_holders++;
    }
    if (sub->waiter)
        apus_fiber_wake(sub->waiter);
}

static size_t put_all(apus__hub *hub, const room *r, message *m)
{
    for (apus_sub *sub = r ? r->subs : NULL; sub; sub = sub->next)
        ring_put(hub, sub, m);
    return r ? r->n_subs : 0;
}

/* To those in this process. */
static size_t deliver(apus__hub *hub, const room *own, const room *all, message *m)
{
    size_t n = put_all(hub, own, m) + put_all(hub, all, m);
    message_drop(hub, m);
    return n;
}

size_t apus__publish(apus_req *req, const apus_topic *topic, apus_str key, const void *object)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_publish on a pool thread");
        return 0;
    }
    apus__hub *hub = &req->service->hub;
    key = key_of(key);
    const room *own = room_find(hub, topic, key, false);
    const room *all = room_find(hub, topic, APUS_STR(""), true);
    const apus__bus_topic *t = on_bus(hub, topic);
    apus_buf *packed = begin_packed(hub, t, key);
    if (!own && !all && !packed)
        return 0;
    message *m = message_of(hub, topic, key, object, packed);
    if (!m)
        no_memory(req);
    if (packed)
        send_packed(hub, t);
    return deliver(hub, own, all, m);
}

void apus_service_use_bus(apus_service *s, const apus_bus *bus)
{
    s->hub.bus = bus;
    s->hub.packed = apus_buf_with(&apus_alloc_libc);
    s->hub.packed.limit = APUS_BUS_MESSAGE_MAX;
}

/* Without memory it is lost, as it would be were the queue full. */
void apus_service_hear(apus_service *s, apus_str text)
{
    apus__hub *hub = &s->hub;
    struct head head;
    if (text.len < sizeof(head))
        return;
    memcpy(&head, apus_str_cut(&text, sizeof(head)).ptr, sizeof(head));
    const apus__bus_topic *t = apus__bus_topic_find(hub->known, head.print);
    if (!t || head.key_len > text.len)
        return;
    apus_str key = apus_str_cut(&text, head.key_len);
    const room *own = room_find(hub, t->topic, key, false);
    const room *all = room_find(hub, t->topic, APUS_STR(""), true);
    message *m = own || all ? message_take(hub) : NULL;
    if (!m)
        return;
    m->object = apus_model_unpack(&m->arena, t->topic->model, &text);
    m->key = apus_arena_str(&m->arena, key);
    if ((m = message_whole(hub, m)))
        deliver(hub, own, all, m);
}

size_t apus__subscribers(const apus_req *req, const apus_topic *topic, apus_str key)
{
    const room *r = room_find(&req->service->hub, topic, key_of(key), false);
    return r ? r->n_subs : 0;
}

/* --- listening --- */

/* Until there is a message.  false: there will be none. */
static bool wait_for_message(apus_req *req, apus_sub *sub)
{
    apus_rc rc = APUS_OK;
    if (!sub->n && !sub->overflowed && !apus__stream_open(req))
        return false;
    while (!rc && !sub->n && !sub->overflowed) {
        sub->waiter = req->fiber;
        rc = apus_fiber_park(APUS_NEVER);
        sub->waiter = NULL;
    }
    if (sub->overflowed)
        apus__req_rare(apus__req_root(req))->too_slow = true;
    return !rc && !sub->overflowed && !apus_failed(req);
}

void *apus__sub_next(apus_req *req, apus_sub *sub)
{
    if (apus__req_is_on_thread()) {
        apus__req_broken(req, "apus_next on a pool thread");
        return NULL;
    }
    req = apus__req_here(req);
    apus__turn_begin(req);
    sub->key = APUS_STR("");
    if (!wait_for_message(req, sub))
        return NULL;
    message *m = ring_take(sub);
    void *object = apus_model_copy(req->memory, sub->room->topic->model, m->object);
    sub->key = apus_arena_str(req->memory, m->key);
    message_drop(&req->service->hub, m);
    if (!object || !sub->key.ptr)
        no_memory(req);
    return object;
}

apus_str apus_sub_key(const apus_sub *sub)
{
    return sub->key;
}

uint64_t apus_sub_dropped(apus_sub *sub)
{
    uint64_t n = sub->dropped;
    sub->dropped = 0;
    return n;
}
