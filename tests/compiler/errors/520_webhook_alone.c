#include <apus/apus.h>

Webhook("new-subscription")
void new_subscription(const char *name Query());
