/* A service that can be asked for more than it can do: see scripts/overload.sh. */
#include <apus/apus.h>
#include <apus/clock.h>

App(overload, title = "Overload", version = "1.0.0");

enum { WORK_US = 2000, PLACES = 8 };

typedef struct done {
    bool ok;
} done;

static done *be_done(apus_req *req)
{
    done *out = apus_new(req, done);
    out->ok = true;
    return out;
}

/// Needs the processor for two milliseconds: five hundred a second are all that one can do.
Get("/burn")
done *burn(apus_req *req)
{
    int64_t until = apus_clock_now() + WORK_US * APUS_MICROSECOND;
    while (apus_clock_now() < until)
        continue;
    return be_done(req);
}

/// Waits for one of a few places, as for connections of a database, and holds it for a while.
Get("/wait")
done *wait_for_place(apus_req *req)
{
    static int taken; /* of this process, whose requests take turns */
    while (taken >= PLACES)
        if (!apus_sleep(req, APUS_MILLISECOND))
            return be_done(req);
    taken++;
    (void)apus_sleep(req, 10 * APUS_MILLISECOND);
    taken--;
    return be_done(req);
}
