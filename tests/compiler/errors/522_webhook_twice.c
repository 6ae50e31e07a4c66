#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct event {
    apus_str what;
} event;

Webhook("shipped")
void shipped(const event *body);

Webhook("shipped")
void shipped_again(const event *body);

Webhook("shipped", method = put)
void shipped_otherwise(const event *body);
