/* Two pages of HTML.  Scripts stand in files, not in the page, so that a strict
 * Content-Security-Policy holds: nothing is loaded from anywhere else. */
#include "app/docs_page.h"

#include "apus/buf.h"

const apus_str apus__docs_css =
    APUS_STR_INIT("body { margin: 0; background: #fafafa; }\n"
                  "@media (prefers-color-scheme: dark) {\n"
                  "  body.swagger { background: #16181d; }\n"
                  "  .swagger-ui { filter: invert(88%) hue-rotate(180deg); }\n"
                  "  .swagger-ui .highlight-code, .swagger-ui .microlight, .swagger-ui img {\n"
                  "    filter: invert(100%) hue-rotate(180deg);\n"
                  "  }\n"
                  "}\n");

const apus_str apus__docs_js = APUS_STR_INIT(
    "'use strict';\n"
    "const page = document.getElementById('docs');\n"
    "if (page.dataset.kind === 'swagger') {\n"
    "  window.ui = SwaggerUIBundle({\n"
    "    url: page.dataset.openapi,\n"
    "    dom_id: '#docs',\n"
    "    presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],\n"
    "    layout: 'BaseLayout',\n"
    "    deepLinking: true,\n"
    "    tryItOutEnabled: true,\n"
    "    displayRequestDuration: true,\n"
    "    persistAuthorization: true,\n"
    "    showExtensions: true,\n"
    "    showCommonExtensions: true,\n"
    "    validatorUrl: null,\n"
    "  });\n"
    "} else {\n"
    "  Redoc.init(page.dataset.openapi, { hideLoading: false }, page);\n"
    "}\n");

static void add_escaped(apus_buf *b, apus_str text)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {
        { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" },
    };
    for (size_t i = 0; i < text.len; i++) {
        const char *entity = NULL;
        for (size_t k = 0; k < sizeof(entities) / sizeof(entities[0]); k++)
            if (entities[k].c == text.ptr[i])
                entity = entities[k].entity;
        if (entity)
            apus_buf_add(b, apus_str_of(entity));
        else
            apus_buf_addc(b, text.ptr[i]);
    }
}

static void add_head(apus_buf *b, const struct apus__docs_options *o, const char *what)
{
    apus_buf_lit(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    add_escaped(b, o->title);
    apus_buf_addf(b, " - %s</title>\n<link rel=\"icon\" href=\"data:,\">\n", what);
}

static void add_link(apus_buf *b, const struct apus__docs_options *o, const char *before,
                     const char *name, const char *after)
{
    apus_buf_add(b, apus_str_of(before));
    add_escaped(b, o->assets);
    apus_buf_add(b, apus_str_of(name));
    apus_buf_add(b, apus_str_of(after));
}

static void add_body(apus_buf *b, const struct apus__docs_options *o, const char *kind,
                     const char *bundle)
{
    apus_buf_addf(b,
                  "</head>\n<body class=\"%s\">\n<div id=\"docs\" data-kind=\"%s\""
                  " data-openapi=\"",
                  kind, kind);
    add_escaped(b, o->openapi);
    apus_buf_lit(b, "\">");
    if (!o->is_complete)
        apus_buf_lit(b, "<p>This program was built without the files of its docs pages: run "
                        "<code>scripts/assets.sh</code> and build Apus again.</p>");
    apus_buf_lit(b, "</div>\n<noscript>This page needs JavaScript; the document itself is at "
                    "<a href=\"");
    add_escaped(b, o->openapi);
    apus_buf_lit(b, "\">");
    add_escaped(b, o->openapi);
    apus_buf_lit(b, "</a>.</noscript>\n");
    add_link(b, o, "<script src=\"", bundle, "\"></script>\n");
    add_link(b, o, "<script src=\"", "docs.js", "\"></script>\n");
    if (o->is_dev)
        add_link(b, o, "<script src=\"", "dev.js", "\"></script>\n");
    apus_buf_lit(b, "</body>\n</html>\n");
}

apus_rc apus__docs_swagger(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
{
    apus_buf b = apus_buf_in(a);
    add_head(&b, o, "Swagger UI");
    add_link(&b, o, "<link rel=\"stylesheet\" href=\"", "swagger-ui.css", "\">\n");
    add_link(&b, o, "<link rel=\"stylesheet\" href=\"", "docs.css", "\">\n");
    add_body(&b, o, "swagger", "swagger-ui-bundle.js");
    return apus_buf_take(&b, out);
}

apus_rc apus__docs_redoc(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
{
    apus_buf b = apus_buf_in(a);
    add_head(&b, o, "ReDoc");
    add_link(&b, o, "<link rel=\"stylesheet\" href=\"", "docs.css", "\">\n");
    add_body(&b, o, "redoc", "redoc.standalone.js");
    return apus_buf_take(&b, out);
}
