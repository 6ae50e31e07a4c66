#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

Security(api_key, header = "X-API-Key", query = "key");
