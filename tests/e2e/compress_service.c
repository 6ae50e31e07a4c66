/* What compress.py talks to: a stream and a file, both encoded. */
#include <apus/apus.h>

Compress(compress);
App(encoded, title = "Encoded", version = "1.0.0", middleware = [compress]);

/// A line now, and one each tenth of a second.
Get("/ticks", produces = "text/plain")
apus_response *ticks(apus_req *req)
{
    for (int i = 0; apus_write(req, apus_strf(req, "tick %d\n", i)); i++)
        if (!apus_sleep(req, APUS_SECOND / 10))
            break;
    return NULL;
}

/// The file that compress.py wrote.
Get("/file")
apus_response *file(apus_req *req)
{
    return apus_file(req, "big.txt", NULL);
}
