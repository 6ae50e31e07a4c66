#include "apus/oauth2.h"

/* The words between blanks; what is empty is none. */
static apus_strs words_of(apus_req *req, apus_str text)
{
    size_t most = text.len / 2 + 1;
    apus_strs words = { .ptr = apus_new_n(req, apus_str, most) };
    while (text.len) {
        size_t end = apus_str_find(text, ' ');
        apus_str word = apus_str_slice(text, 0, end);
        if (word.len)
            words.ptr[words.len++] = apus_strdup(req, word);
        text = end == SIZE_MAX ? APUS_STR("") : apus_str_slice(text, end + 1, SIZE_MAX);
    }
    return words;
}

const apus_password_form *apus_password_form_read(apus_req *req, apus_str *grant_type,
                                                  apus_str username, apus_str password,
                                                  apus_str scope, apus_str *client_id,
                                                  apus_str *client_secret)
{
    (void)grant_type;
    apus_password_form *form = apus_new(req, apus_password_form);
    *form = (apus_password_form){
        .username = username,
        .password = password,
        .scopes = words_of(req, scope),
        .client_id = client_id,
        .client_secret = client_secret,
    };
    return form;
}

const apus_password_form *apus_password_form_read_strict(apus_req *req, apus_str grant_type,
                                                         apus_str username, apus_str password,
                                                         apus_str scope, apus_str *client_id,
                                                         apus_str *client_secret)
{
    return apus_password_form_read(req, &grant_type, username, password, scope, client_id,
                                   client_secret);
}
