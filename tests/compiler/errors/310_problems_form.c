#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", problems = rfc7807);
