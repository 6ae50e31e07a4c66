#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0", docs = {tilte: "Shop"}, redoc = 5, root_path = "/api/");
