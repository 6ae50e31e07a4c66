#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

App(shop, title = "Other", version = "1.0.0");
