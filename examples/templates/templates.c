/* Pages: a template is a function that writes, with everything from outside escaped. */
#include <apus/apus.h>

App(shop, title = "Shop", version = "1.0.0");

typedef struct item {
    int64_t id;
    apus_str name;
} item;

apus_response *show_item(apus_req *req, int64_t id);

/* What all pages have around them. */
static void page_begin(apus_buf *page, const char *title)
{
    apus_buf_lit(page, "<!doctype html>\n<title>");
    apus_html_escape(page, apus_str_of(title));
    apus_buf_lit(page, "</title>\n");
}

static apus_response *page_end(apus_req *req, apus_buf *page)
{
    apus_str html = APUS_STR("");
    apus_buf_lit(page, "<footer>Shop</footer>\n");
    if (apus_buf_take(page, &html))
        apus_abort(req, 503, NULL, "out of memory");
    return apus_html(req, html);
}

static void item_link(apus_req *req, apus_buf *page, const item *it)
{
    apus_str id = apus_strf(req, "%" PRId64, it->id);
    apus_buf_addf(page, "<li><a href=\"%s\">", apus_path_for(req, show_item, "id", id.ptr).ptr);
    apus_html_escape(page, it->name);
    apus_buf_lit(page, "</a>\n");
}

static const item items[] = { { 1, APUS_STR_INIT("Pears") },
                              { 2, APUS_STR_INIT("<b>Plums</b> & more") } };

/// All items, as a page.
Get("/", hidden, produces = "text/html")
apus_response *list_items(apus_req *req)
{
    apus_buf page = apus_buf_in(apus_req_arena(req));
    page_begin(&page, "Items");
    apus_buf_lit(&page, "<ul>\n");
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        item_link(req, &page, &items[i]);
    apus_buf_lit(&page, "</ul>\n");
    return page_end(req, &page);
}

/// One item, as a page.
Get("/items/{id}", hidden, produces = "text/html")
apus_response *show_item(apus_req *req, int64_t id)
{
    if (id < 1 || id > 2)
        return apus_fail(req, 404, NULL, "no item %" PRId64, id);
    apus_buf page = apus_buf_in(apus_req_arena(req));
    page_begin(&page, items[id - 1].name.ptr);
    return page_end(req, &page);
}

Test(what_comes_from_outside_is_text)
{
    apus_test *t = apus_test_start(&shop_app);
    apus_answer a = apus_test_get(t, "/");
    apus_expect_header(a, "content-type", "text/html; charset=utf-8");
    apus_expect(strstr(a.body.ptr, "&lt;b&gt;Plums&lt;/b&gt; &amp; more"));
    apus_expect(strstr(a.body.ptr, "<a href=\"/items/2\">"));
    a = apus_test_get(t, "/items/2");
    apus_expect(strstr(a.body.ptr, "<title>&lt;b&gt;"));
    apus_test_stop(t);
}
