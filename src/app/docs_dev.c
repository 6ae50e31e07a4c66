#include "app/docs_dev.h"

#include <stdio.h>
#include <unistd.h>

#include "apus/buf.h"
#include "apus/json_scan.h"

enum { ERRORS_MAX = 65536 }; /* bytes of the compiler's words that are shown */

const apus_str apus__docs_dev_js = APUS_STR_INIT(
    "'use strict';\n"
    "{\n"
    "  const status = new URL('dev-status', document.currentScript.src);\n"
    "  const box = document.createElement('pre');\n"
    "  box.id = 'apus-dev';\n"
    "  box.style.cssText = 'position:fixed;inset:auto 0 0 0;max-height:60vh;overflow:auto;' +\n"
    "    'margin:0;padding:1rem 1.5rem;background:#1c1b22;color:#ffb4ab;z-index:9999;' +\n"
    "    'border-top:4px solid #ff5449;font:14px/1.45 monospace;white-space:pre-wrap';\n"
    "  box.hidden = true;\n"
    "  document.body.append(box);\n"
    "  let build = null;\n"
    "  const look = async () => {\n"
    "    try {\n"
    "      const now = await (await fetch(status, { cache: 'no-store' })).json();\n"
    "      if (build !== null && build !== now.build) location.reload();\n"
    "      build = now.build;\n"
    "      box.textContent = 'The last change does not compile; the build before it answers.' +\n"
    "        '\\n\\n' + now.errors;\n"
    "      box.hidden = now.errors === '';\n"
    "    } catch (gone) {\n"
    "      /* between two builds: asked again in a moment */\n"
    "    }\n"
    "    setTimeout(look, 700);\n"
    "  };\n"
    "  look();\n"
    "}\n");

/* Colours are for terminals: ESC [ ... m is taken out. */
static size_t strip_colours(char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\033') {
            while (i < len && text[i] != 'm')
                i++;
            continue;
        }
        text[n++] = text[i];
    }
    return n;
}

apus_str apus__docs_dev_status(const char *path, apus_arena *a)
{
    char *text = apus_arena_alloc(a, ERRORS_MAX, 1);
    FILE *f = text ? fopen(path, "r") : NULL;
    size_t len = f ? fread(text, 1, ERRORS_MAX, f) : 0;
    if (f)
        fclose(f);
    apus_str errors = { text, text ? strip_colours(text, len) : 0 }, out;
    apus_buf b = apus_buf_in(a);
    apus_buf_addf(&b, "{\"build\":\"%ld\",\"errors\":", (long)getpid());
    apus_json_quote(&b, apus_str_is_utf8(errors) ? errors : APUS_STR("(not text)"));
    apus_buf_addc(&b, '}');
    return apus_buf_take(&b, &out) || !text ? (apus_str){ NULL, 0 } : out;
}
