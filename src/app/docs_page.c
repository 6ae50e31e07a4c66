/* Two pages of HTML.  Scripts stand in files, not in the page, so that a strict
 * Content-Security-Policy holds: nothing is loaded from anywhere else. */
#include "app/docs_page.h"

#include "apus/buf.h"
#include "apus/html.h"

const apus_str apus__docs_css =
    APUS_STR_INIT("body { margin: 0; background: #fafafa; }\n"
                  "body.redoc, .swagger-ui { color-scheme: light; } /* dark is light inverted */\n"
                  "body.redoc img:not([src]) { display: none; }\n"
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
    "const given = JSON.parse(page.dataset.options || '{}');\n"
    "if (page.dataset.kind === 'swagger') {\n"
    "  const usual = {\n"
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
    "  };\n"
    "  if (page.dataset.redirect)\n"
    "    usual.oauth2RedirectUrl = new URL(page.dataset.redirect, location.href).href;\n"
    "  window.ui = SwaggerUIBundle({ ...usual, ...given });\n"
    "  if (page.dataset.oauth)\n"
    "    window.ui.initOAuth(JSON.parse(page.dataset.oauth));\n"
    "} else {\n"
    "  /* Redoc signs its pages with a picture that its maker's server would have to be asked for. "
    "*/\n"
    "  const isLogo = (url) => String(url).startsWith('https://cdn.redoc.ly/');\n"
    "  const set = Element.prototype.setAttribute;\n"
    "  Element.prototype.setAttribute = function (name, value) {\n"
    "    if (name !== 'src' || !isLogo(value)) set.call(this, name, value);\n"
    "  };\n"
    "  const src = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src');\n"
    "  const setSrc = function (url) { if (!isLogo(url)) src.set.call(this, url); };\n"
    "  Object.defineProperty(HTMLImageElement.prototype, 'src', { ...src, set: setSrc });\n"
    "  Redoc.init(page.dataset.openapi, { hideLoading: false, ...given }, page);\n"
    "}\n");

/* Swagger UI opened this window and left in its own what it waits for. */
const apus_str apus__docs_redirect_js = APUS_STR_INIT(
    "'use strict';\n"
    "const waiting = window.opener && window.opener.swaggerUIRedirectOauth2;\n"
    "const got = Object.fromEntries(\n"
    "  new URLSearchParams(location.hash.length > 1 ? location.hash.slice(1) : location.search));\n"
    "const isSame = waiting && got.state === waiting.state;\n"
    "const tell = (level, message) =>\n"
    "  waiting.errCb({ authId: waiting.auth.name, source: 'auth', level, message });\n"
    "const flow = waiting ? waiting.auth.schema.get('flow') : '';\n"
    "if (waiting && /^(accessCode|authorization_?[cC]ode)$/.test(flow) && !waiting.auth.code) {\n"
    "  if (!isSame)\n"
    "    tell('warning', 'This login was begun by somebody else: its state is another one.');\n"
    "  if (got.code) {\n"
    "    delete waiting.auth.state;\n"
    "    waiting.auth.code = got.code;\n"
    "    waiting.callback({ auth: waiting.auth, redirectUrl: waiting.redirectUrl });\n"
    "  } else {\n"
    "    tell('error', [got.error, got.error_description, got.error_uri].filter(Boolean).join(': "
    "') ||\n"
    "      'The login came back without a code.');\n"
    "  }\n"
    "} else if (waiting) {\n"
    "  waiting.callback({ auth: waiting.auth, token: got, isValid: isSame,\n"
    "    redirectUrl: waiting.redirectUrl });\n"
    "}\n"
    "if (waiting)\n"
    "  window.close();\n"
    "else\n"
    "  document.getElementById('docs').textContent =\n"
    "    'Logins come back to this page; begin one with \"Authorize\" in the docs.';\n");

static void add_head(apus_buf *b, const struct apus__docs_options *o, const char *what)
{
    const apus_docs_page *page = o->page;
    apus_buf_lit(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    apus_html_escape(b, page->title ? apus_str_of(page->title) : o->title);
    if (!page->title)
        apus_buf_addf(b, " - %s", what);
    apus_buf_lit(b, "</title>\n<link rel=\"icon\" href=\"");
    apus_html_escape(b, apus_str_of(page->icon ? page->icon : "data:,"));
    apus_buf_lit(b, "\">\n");
}

/* A file of ours, or another one in its place (or NULL). */
static void add_link(apus_buf *b, const struct apus__docs_options *o, const char *before,
                     const char *name, const char *instead, const char *after)
{
    apus_buf_add(b, apus_str_of(before));
    if (instead) {
        apus_html_escape(b, apus_str_of(instead));
    } else {
        apus_html_escape(b, o->assets);
        apus_buf_add(b, apus_str_of(name));
    }
    apus_buf_add(b, apus_str_of(after));
}

static void add_style(apus_buf *b, const struct apus__docs_options *o, const char *name,
                      const char *instead)
{
    add_link(b, o, "<link rel=\"stylesheet\" href=\"", name, instead, "\">\n");
}

static void add_script(apus_buf *b, const struct apus__docs_options *o, const char *name,
                       const char *instead)
{
    add_link(b, o, "<script src=\"", name, instead, "\"></script>\n");
}

/* data-NAME="VALUE"; nothing without one. */
static void add_datum(apus_buf *b, const char *name, apus_str value)
{
    if (!value.len)
        return;
    apus_buf_addf(b, " data-%s=\"", name);
    apus_html_escape(b, value);
    apus_buf_addc(b, '"');
}

static void add_body(apus_buf *b, const struct apus__docs_options *o, const char *kind,
                     const char *bundle)
{
    const apus_docs_page *page = o->page;
    apus_buf_addf(b, "</head>\n<body class=\"%s\">\n<div id=\"docs\" data-kind=\"%s\"", kind, kind);
    add_datum(b, "openapi", o->openapi);
    add_datum(b, "options", apus_str_of(page->options ? page->options : ""));
    add_datum(b, "oauth", apus_str_of(page->oauth ? page->oauth : ""));
    add_datum(b, "redirect", o->redirect);
    apus_buf_lit(b, ">");
    if (!o->is_complete && !page->script)
        apus_buf_lit(b, "<p>This program was built without the files of its docs pages: run "
                        "<code>scripts/assets.sh</code> and build Apus again.</p>");
    apus_buf_lit(b, "</div>\n<noscript>This page needs JavaScript; the document itself is at "
                    "<a href=\"");
    apus_html_escape(b, o->openapi);
    apus_buf_lit(b, "\">");
    apus_html_escape(b, o->openapi);
    apus_buf_lit(b, "</a>.</noscript>\n");
    add_script(b, o, bundle, page->script);
    add_script(b, o, "docs.js", NULL);
    if (o->is_dev)
        add_script(b, o, "dev.js", NULL);
    apus_buf_lit(b, "</body>\n</html>\n");
}

apus_rc apus__docs_swagger(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
{
    apus_buf b = apus_buf_in(a);
    add_head(&b, o, "Swagger UI");
    add_style(&b, o, "swagger-ui.css", o->page->style);
    add_style(&b, o, "docs.css", NULL);
    add_body(&b, o, "swagger", "swagger-ui-bundle.js");
    return apus_buf_take(&b, out);
}

apus_rc apus__docs_redoc(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
{
    apus_buf b = apus_buf_in(a);
    add_head(&b, o, "ReDoc");
    add_style(&b, o, "docs.css", NULL);
    if (o->page->style)
        add_style(&b, o, "", o->page->style);
    add_body(&b, o, "redoc", "redoc.standalone.js");
    return apus_buf_take(&b, out);
}

apus_rc apus__docs_redirect(apus_arena *a, const struct apus__docs_options *o, apus_str *out)
{
    apus_buf b = apus_buf_in(a);
    add_head(&b, o, "Login");
    apus_buf_lit(&b, "</head>\n<body>\n<p id=\"docs\"></p>\n");
    add_script(&b, o, "oauth2-redirect.js", NULL);
    apus_buf_lit(&b, "</body>\n</html>\n");
    return apus_buf_take(&b, out);
}
