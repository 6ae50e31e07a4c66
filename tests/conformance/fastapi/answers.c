/* docs_src/additional_status_codes/tutorial001, background_tasks/tutorial001,
 * custom_response/tutorial004 and tutorial006, response_headers/tutorial002,
 * response_model/tutorial003_01 and tutorial005, response_status_code/tutorial001,
 * stream_data/tutorial001, using_request_directly/tutorial001. */
#include <apus/apus.h>
#include <stdio.h>
#include <string.h>

static apus_json *member(apus_req *req, const char *name, apus_str text)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, name, apus_json_text(a, text));
    return out;
}

/* --- additional_status_codes/tutorial001 --- */

App(status_codes1, title = "FastAPI", version = "0.1.0");

Put("/items/{item_id}", operation_id = "upsert_item_items__item_id__put", summary = "Upsert Item")
apus_json *status_codes1_upsert_item(apus_req *req, apus_str item_id, apus_str *name Body(embed),
                                     int64_t *size Body(embed))
{
    bool exists = apus_str_eq(item_id, APUS_STR("foo")) || apus_str_eq(item_id, APUS_STR("bar"));
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "name", name ? apus_json_text(a, *name) : apus_json_null_new(a));
    apus_json_set(a, out, "size", size ? apus_json_int(a, *size) : apus_json_null_new(a));
    if (!exists)
        apus_set_status(req, 201);
    return out;
}

/* --- background_tasks/tutorial001 --- */

App(background1, title = "FastAPI", version = "0.1.0");

typedef struct notification {
    apus_str email, message;
} notification;

static void write_notification(apus_req *req, void *arg)
{
    const notification *n = arg;
    (void)req;
    fprintf(stderr, "notification for %s: %s\n", n->email.ptr, n->message.ptr);
}

Post("/send-notification/{email}")
apus_json *send_notification(apus_req *req, apus_str email)
{
    notification *n = apus_new(req, notification);
    *n = (notification){ email, APUS_STR("some notification") };
    apus_after(req, write_notification, n);
    return member(req, "message", APUS_STR("Notification sent in the background"));
}

/* --- custom_response --- */

App(custom4, title = "FastAPI", version = "0.1.0");

Get("/items/", operation_id = "read_items_items__get", summary = "Read Items",
    produces = "text/html")
apus_str custom4_read_items(apus_req *req)
{
    (void)req;
    return APUS_STR("\n    <html>\n"
                    "        <head>\n"
                    "            <title>Some HTML in here</title>\n"
                    "        </head>\n"
                    "        <body>\n"
                    "            <h1>Look ma! HTML!</h1>\n"
                    "        </body>\n"
                    "    </html>\n    ");
}

App(custom6, title = "FastAPI", version = "0.1.0");

Get("/typer")
apus_response *redirect_typer(apus_req *req)
{
    return apus_redirect(req, 307, "https://typer.tiangolo.com");
}

/* --- response_headers/tutorial002 --- */

App(response_headers2, title = "FastAPI", version = "0.1.0");

Get("/headers-and-object/")
apus_json *get_headers(apus_req *req)
{
    apus_set_header(req, "X-Cat-Dog", "alone in the world");
    return member(req, "message", APUS_STR("Hello World"));
}

/* --- response_model --- */

App(response_model3_01, title = "FastAPI", version = "0.1.0");

typedef struct base_user {
    apus_str username;
    apus_email email;
    apus_str *full_name;
} base_user;

typedef struct user_in {
    base_user base Flatten();
    apus_str password;
} user_in;

Post("/user/", operation_id = "create_user_user__post", summary = "Create User")
const base_user *response_model3_01_create_user(apus_req *req, const user_in *user)
{
    (void)req;
    return &user->base;
}

App(response_model5, title = "FastAPI", version = "0.1.0");

typedef struct response_model5_item {
    apus_str name;
    apus_str *description;
    double price;
    double tax Field(default = 10.5);
} Name("Item") response_model5_item;

static const response_model5_item *find_item(apus_req *req, apus_str id)
{
    static apus_str foo = APUS_STR_INIT("There goes my hero");
    static apus_str bar = APUS_STR_INIT("The Bar fighters");
    static apus_str baz = APUS_STR_INIT("There goes my baz");
    static const struct {
        apus_str id;
        response_model5_item item;
    } items[] = {
        { APUS_STR_INIT("foo"), { APUS_STR_INIT("Foo"), &foo, 50.2, 10.5 } },
        { APUS_STR_INIT("bar"), { APUS_STR_INIT("Bar"), &bar, 62, 20.2 } },
        { APUS_STR_INIT("baz"), { APUS_STR_INIT("Baz"), &baz, 50.2, 10.5 } },
    };
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        if (apus_str_eq(items[i].id, id))
            return &items[i].item;
    }
    return apus_fail(req, 404, NULL, "there is no item %s", id.ptr);
}

Get("/items/{item_id}/name", include = [ "name", "description" ])
const response_model5_item *read_item_name(apus_req *req, apus_str item_id)
{
    return find_item(req, item_id);
}

Get("/items/{item_id}/public", exclude = ["tax"])
const response_model5_item *read_item_public_data(apus_req *req, apus_str item_id)
{
    return find_item(req, item_id);
}

/* --- response_status_code/tutorial001 --- */

App(status1, title = "FastAPI", version = "0.1.0");

Post("/items/", status = 201, operation_id = "create_item_items__post", summary = "Create Item")
apus_json *status1_create_item(apus_req *req, apus_str name Query())
{
    return member(req, "name", name);
}

/* --- using_request_directly/tutorial001 --- */

App(request1, title = "FastAPI", version = "0.1.0");

Get("/items/{item_id}")
apus_json *read_root(apus_req *req, apus_str item_id)
{
    apus_arena *a = apus_req_arena(req);
    apus_json *out = apus_json_object(a);
    apus_json_set(a, out, "client_host", apus_json_text(a, apus_req_client(req)));
    apus_json_set(a, out, "item_id", apus_json_text(a, item_id));
    return out;
}

/* --- stream_data/tutorial001 --- */

App(stream_data1, title = "FastAPI", version = "0.1.0");

static const char *const story[] = {
    "Rick: (stumbles in drunkenly, and turns on the lights) Morty! You gotta come on. You got--... "
    "you gotta come with me.",
    "Morty: (rubs his eyes) What, Rick? What's going on?",
    "Rick: I got a surprise for you, Morty.",
    "Morty: It's the middle of the night. What are you talking about?",
    "Rick: (spills alcohol on Morty's bed) Come on, I got a surprise for you. (drags Morty by the "
    "ankle) Come on, hurry up. (pulls Morty out of his bed and into the hall)",
    "Morty: Ow! Ow! You're tugging me too hard!",
    "Rick: We gotta go, gotta get outta here, come on. Got a surprise for you Morty.",
};

static void tell(apus_req *req)
{
    for (size_t i = 0; i < sizeof(story) / sizeof(story[0]); i++)
        apus_write(req, apus_str_of(story[i]));
}

Get("/story/stream", produces = false)
void stream_story(apus_req *req)
{
    tell(req);
}

Get("/story/stream-no-async", produces = false)
void stream_story_no_async(apus_req *req)
{
    tell(req);
}

Get("/story/stream-no-annotation", produces = false)
void stream_story_no_annotation(apus_req *req)
{
    tell(req);
}

Get("/story/stream-no-async-no-annotation", produces = false)
void stream_story_no_async_no_annotation(apus_req *req)
{
    tell(req);
}

Get("/story/stream-bytes", produces = false)
void stream_story_bytes(apus_req *req)
{
    tell(req);
}

Get("/story/stream-no-async-bytes", produces = false)
void stream_story_no_async_bytes(apus_req *req)
{
    tell(req);
}

Get("/story/stream-no-annotation-bytes", produces = false)
void stream_story_no_annotation_bytes(apus_req *req)
{
    tell(req);
}

Get("/story/stream-no-async-no-annotation-bytes", produces = false)
void stream_story_no_async_no_annotation_bytes(apus_req *req)
{
    tell(req);
}
