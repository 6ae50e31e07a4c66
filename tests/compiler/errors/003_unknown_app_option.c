#include <apus/apus.h>

App(shop, titel = "Shop", version = "1.0.0");
