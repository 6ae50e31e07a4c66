#!/usr/bin/env bash
# generate.sh ROUTES MODELS: an annotated program with so many of each, on stdout.
set -euo pipefail
routes=$1 models=$2
echo '#include <apus/apus.h>'
echo
echo 'App(wide, title = "Wide", version = "1.0.0");'
echo
echo 'typedef struct greeting { apus_str message; } greeting;'
for ((i = 0; i < models; i++)); do
    printf '\n/// Model %d.\ntypedef struct thing%d {\n    int64_t id;\n' "$i" "$i"
    printf '    apus_str name Field(min_length = 1, max_length = 80, pattern = "^[a-z]+$");\n'
    printf '    double price Field(gt = 0);\n    double *discount Field(ge = 0, lt = 1);\n'
    printf '    apus_strs tags Field(max_items = 8, default = []);\n} thing%d;\n' "$i"
done
for ((i = 0; i < routes; i++)); do
    if ((models)); then
        m=$((i % models))
        printf '\n/// Keeps %d.\nPost("/things%d/{id}")\nthing%d *keep%d(apus_req *req, int64_t id, ' $i $i $m $i
        printf 'const thing%d *body)\n{\n    (void)id;\n    thing%d *out = apus_new(req, thing%d);\n' $m $m $m
        printf '    *out = *body;\n    return out;\n}\n'
    else
        printf '\nGet("/route%d")\ngreeting *route%d(apus_req *req)\n{\n' $i $i
        printf '    greeting *out = apus_new(req, greeting);\n'
        printf '    out->message = APUS_STR("Hello, World!");\n    return out;\n}\n'
    fi
done
