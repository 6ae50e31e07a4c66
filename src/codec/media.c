#include "apus/media.h"

static const struct {
    apus_str ending;
    apus_str type;
} types[] = {
#define TYPE(ending, type)                                                                         \
    {                                                                                              \
        APUS_STR_INIT(ending), APUS_STR_INIT(type)                                                 \
    }
    TYPE("aac", "audio/aac"),
    TYPE("avif", "image/avif"),
    TYPE("bmp", "image/bmp"),
    TYPE("css", "text/css; charset=utf-8"),
    TYPE("csv", "text/csv; charset=utf-8"),
    TYPE("flac", "audio/flac"),
    TYPE("gif", "image/gif"),
    TYPE("gz", "application/gzip"),
    TYPE("htm", "text/html; charset=utf-8"),
    TYPE("html", "text/html; charset=utf-8"),
    TYPE("ico", "image/vnd.microsoft.icon"),
    TYPE("ics", "text/calendar; charset=utf-8"),
    TYPE("jpeg", "image/jpeg"),
    TYPE("jpg", "image/jpeg"),
    TYPE("js", "text/javascript; charset=utf-8"),
    TYPE("json", "application/json"),
    TYPE("jsonl", "application/jsonl"),
    TYPE("map", "application/json"),
    TYPE("md", "text/markdown; charset=utf-8"),
    TYPE("mjs", "text/javascript; charset=utf-8"),
    TYPE("mp3", "audio/mpeg"),
    TYPE("mp4", "video/mp4"),
    TYPE("oga", "audio/ogg"),
    TYPE("ogg", "audio/ogg"),
    TYPE("ogv", "video/ogg"),
    TYPE("otf", "font/otf"),
    TYPE("pdf", "application/pdf"),
    TYPE("png", "image/png"),
    TYPE("svg", "image/svg+xml"),
    TYPE("tar", "application/x-tar"),
    TYPE("tif", "image/tiff"),
    TYPE("tiff", "image/tiff"),
    TYPE("ttf", "font/ttf"),
    TYPE("txt", "text/plain; charset=utf-8"),
    TYPE("wasm", "application/wasm"),
    TYPE("wav", "audio/wav"),
    TYPE("webm", "video/webm"),
    TYPE("webmanifest", "application/manifest+json"),
    TYPE("webp", "image/webp"),
    TYPE("woff", "font/woff"),
    TYPE("woff2", "font/woff2"),
    TYPE("xml", "application/xml"),
    TYPE("yaml", "application/yaml"),
    TYPE("yml", "application/yaml"),
    TYPE("zip", "application/zip"),
#undef TYPE
};

apus_str apus_media_of_name(apus_str name)
{
    size_t dot = SIZE_MAX;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '.')
            dot = i;
        else if (name.ptr[i] == '/')
            dot = SIZE_MAX;
    }
    apus_str ending = dot == SIZE_MAX ? APUS_STR("") : apus_str_slice(name, dot + 1, SIZE_MAX);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (apus_str_eq_nocase(types[i].ending, ending))
            return types[i].type;
    }
    return APUS_STR("application/octet-stream");
}
