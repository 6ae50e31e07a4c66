#include "document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apus/buf.h"
#include "apus/yaml.h"
#include "command.h"
#include "project.h"

enum { YAML_DEPTH_MAX = 100, YAML_NODES_MAX = 1000000 };

static bool read_all(apus_arena *arena, const char *path, apus_str *out)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    apus_buf b = apus_buf_in(arena);
    char piece[16384];
    size_t n;
    while (f && b.len <= DOCUMENT_MAX && (n = fread(piece, 1, sizeof(piece), f)) > 0)
        apus_buf_add(&b, (apus_str){ piece, n });
    bool fine = f && !ferror(f);
    if (!fine)
        complain("%s: %s", path, strerror(errno));
    if (f && f != stdin)
        fclose(f);
    if (fine && b.len > DOCUMENT_MAX) {
        complain("%s: over %d bytes", path, DOCUMENT_MAX);
        return false;
    }
    return fine && apus_buf_take(&b, out) == APUS_OK;
}

/* YAML takes JSON as well, but speaks of its mistakes less well. */
static bool is_json(apus_str text)
{
    apus_str rest = apus_str_trim(text);
    while (rest.len && (rest.ptr[0] == '\n' || rest.ptr[0] == '\r' || rest.ptr[0] == ' '))
        apus_str_cut(&rest, 1);
    return rest.len == 0 || rest.ptr[0] == '{' || rest.ptr[0] == '[';
}

static const apus_json *read_yaml(apus_arena *arena, const char *path, apus_str text)
{
    const apus_yaml_options options = { .depth_max = YAML_DEPTH_MAX,
                                        .nodes_max = YAML_NODES_MAX,
                                        .is_typed = true };
    apus_json *document = NULL;
    apus_err err = { .msg = "" };
    if (apus_yaml_parse_as(arena, text, &options, &document, &err) == APUS_OK)
        return document;
    complain("%s: this is neither JSON nor YAML as it is read here: %s", path, err.msg);
    return NULL;
}

const apus_json *document_read(apus_arena *arena, const char *path)
{
    apus_str text;
    apus_json *document = NULL;
    apus_json_error error = { .message = NULL };
    if (!read_all(arena, path, &text))
        return NULL;
    if (!is_json(text))
        return read_yaml(arena, path, text);
    if (apus_json_parse(arena, text, NULL, &document, &error) == APUS_OK)
        return document;
    unsigned line = 1, column = 1;
    for (size_t i = 0; i < error.offset && i < text.len; i++) {
        line += text.ptr[i] == '\n';
        column = text.ptr[i] == '\n' ? 1 : column + 1;
    }
    complain("%s:%u:%u: this is not JSON: %s", path, line, column,
             error.message ? error.message : "not UTF-8, too deep or too long");
    return NULL;
}

static bool is_program(const char *path)
{
    struct stat st;
    return (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) ||
           apus_str_ends(apus_str_of(path), APUS_STR(".c"));
}

const apus_json *document_of(apus_arena *arena, const struct options *options, const char *path)
{
    if (!is_program(path))
        return document_read(arena, path);
    struct options own = *options;
    struct project p;
    own.paths = &path;
    own.n_paths = 1;
    if (!project_find(arena, &own, BUILD_DEV, &p))
        return NULL;
    const char *file = textf(arena, "%s/openapi.json", p.work);
    const char *words[] = { "--openapi", file, NULL };
    return project_apusc(&p, words) == 0 ? document_read(arena, file) : NULL;
}
