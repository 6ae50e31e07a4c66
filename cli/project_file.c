#include "project_file.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "document.h"

static bool is_library(apus_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) && !strchr("_+.-", name.ptr[i]))
            return false;
    return name.len && name.ptr[0] != '-';
}

static bool read_libraries(apus_arena *arena, const apus_json *list, struct project_file *out)
{
    if (list->kind != APUS_JSON_list) {
        complain("%s: libraries is a list, such as [sqlite3]", out->path);
        return false;
    }
    for (const apus_json *each = list->first; each; each = each->next) {
        apus_str name = apus_json_text_or(each, APUS_STR(""));
        if (!is_library(name)) {
            complain("%s: \"%s\" is no name of a library; -lsqlite3 is called sqlite3", out->path,
                     name.ptr);
            return false;
        }
        out->libraries = textf(arena, "%s -l%s", out->libraries, name.ptr);
    }
    return true;
}

static bool read_cflags(const apus_json *text, struct project_file *out)
{
    if (text->kind != APUS_JSON_string) {
        complain("%s: cflags is a text", out->path);
        return false;
    }
    out->cflags = text->text.ptr;
    return true;
}

bool project_file_read(apus_arena *arena, const char *dir, struct project_file *out)
{
    const char *path = strcmp(dir, ".") == 0 ? "apus.yaml" : textf(arena, "%s/apus.yaml", dir);
    *out = (struct project_file){ NULL, "", "" };
    if (access(path, F_OK))
        return true;
    out->path = path;
    const apus_json *document = document_read(arena, path);
    if (!document || document->kind != APUS_JSON_object) {
        if (document)
            complain("%s: a mapping is expected, such as libraries: [sqlite3]", path);
        return false;
    }
    for (const apus_json *each = document->first; each; each = each->next) {
        bool fine = false;
        if (apus_str_eq(each->name, APUS_STR("libraries")))
            fine = read_libraries(arena, each, out);
        else if (apus_str_eq(each->name, APUS_STR("cflags")))
            fine = read_cflags(each, out);
        else
            complain("%s: there is no setting \"%s\"; there are libraries and cflags", path,
                     each->name.ptr);
        if (!fine)
            return false;
    }
    return true;
}
