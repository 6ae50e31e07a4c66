#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0",
    license = {name: "MIT", identifer: "MIT"},
    contact = {phone: "1", "x-team": "shop"},
    external_docs = {description: "without a url"},
    servers = ["https://a.example", {url: "https://{r}.b.example", variables: {r: {enum: ["a"]}}}],
    tags = [{name: "items", externalDocs: {link: "https://c.example"}}]);

App(other, title = "Other", version = "1.0.0",
    license = {name: "MIT", identifier: "MIT", url: "https://d.example"}, servers = 5);
