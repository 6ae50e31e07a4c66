/* What was sent, shown to the program before it is read. */
#include "model/decoder.h"

/* The value as text again, for the decoder. */
static apus_rc begin_again(struct apus__decoding *c, const apus_json *v,
                           struct apus__decoding *changed)
{
    apus_buf b = apus_buf_in(c->d->arena);
    apus_str text;
    apus_json_write(&b, v);
    if (apus_buf_take(&b, &text))
        return APUS_NOMEM;
    changed->d = c->d;
    changed->again = c->again;
    changed->n_taken = c->n_taken;
    changed->n_untaken = c->n_untaken + 1; /* what it was made of is not known */
    return apus_scan_begin(&changed->scan, text, &c->d->limits, &c->d->error);
}

void apus__before_end(struct apus__decoding *c, const struct apus__decoding *changed)
{
    c->again = changed->again;
    c->n_taken = changed->n_taken;
    c->n_untaken = changed->n_untaken;
}

apus_rc apus__before_run(struct apus__decoding *c, apus_check *before, const apus_field *f,
                         const apus_model *m, const apus_place *place,
                         struct apus__decoding *changed)
{
    apus_json *sent;
    const char *begin = c->scan.at;
    apus_rc rc = apus_scan_json(&c->scan, c->d->arena, c->d->limits.refuse_duplicate_keys, &sent);
    if (rc)
        return rc;
    apus_checking check = { .d = c->d, .place = place, .model = m };
    check.raw = apus__raw_since(c, begin);
    check.echo_as = f ? f->type : NULL;
    check.secret = f && f->flags & APUS_FIELD_secret;
    rc = apus__check_run(&check, before, sent);
    return rc ? rc : begin_again(c, sent, changed);
}
