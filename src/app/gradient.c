#include "app/gradient.h"

enum {
    FIRST = 10,     /* samples of which the usual time is the mean */
    WINDOW = 600,   /* then that of an exponential average; */
    SLOWLY = 60000, /* of one that learns little while there are too many */
    RECENT = 8,     /* samples that say how it is now */
    QUEUE = 4,      /* requests that may wait behind those at work */
};

static const double tolerance = 1.5, smoothing = 0.2, drift = 2, decay = 0.95, strain_max = 4;

static void average(double *to, double sample, uint32_t window)
{
    *to += (sample - *to) * 2 / (window + 1.0);
}

static double clamped(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static void remember(apus__usual *u, double took, bool slowly)
{
    if (u->n < FIRST) {
        u->n++;
        u->ns += (took - u->ns) / u->n;
    } else {
        average(&u->ns, took, slowly ? SLOWLY : WINDOW);
    }
    if (u->ns / took > drift) /* it was slow for long, and is no more */
        u->ns *= decay;
}

void apus__gradient_sample(apus__gradient *g, apus__usual *usual, apus__sample s)
{
    double now = (double)s.took, may = tolerance * (usual->n ? usual->ns : now) + g->slack;
    remember(usual, now, g->holds);
    average(&g->strain, clamped(now / may, 0, strain_max), RECENT);
    if (s.at_end < g->limit / 2)
        return; /* the limit was not what held it up */
    double gradient = clamped((tolerance * usual->ns + g->slack) / now, 0.5, 1);
    double wanted = g->limit * gradient + QUEUE;
    double limit = g->limit * (1 - smoothing) + wanted * smoothing;
    if (gradient >= 1 && limit < s.at_begin) /* that many were good */
        limit = s.at_begin;
    g->limit = clamped(limit, g->min, g->max);
}

bool apus__gradient_is_strained(const apus__gradient *g)
{
    return g->strain > 1;
}
