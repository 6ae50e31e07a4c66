#include "app/gradient.h"

enum {
    FIRST = 10,   /* samples of which the usual time is the mean */
    WINDOW = 600, /* then that of an exponential average */
    QUEUE = 4,    /* requests that may wait behind those at work */
};

static const double tolerance = 1.5, smoothing = 0.2, drift = 2, decay = 0.95;

static void remember(apus__gradient *g, double took)
{
    if (g->n < FIRST) {
        g->n++;
        g->usual += (took - g->usual) / g->n;
    } else {
        g->usual += (took - g->usual) * 2 / (WINDOW + 1);
    }
}

static double clamped(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

void apus__gradient_sample(apus__gradient *g, int64_t took, uint32_t in_flight)
{
    double now = (double)took;
    remember(g, now);
    if (g->usual / now > drift) /* it was slow for long, and is no more */
        g->usual *= decay;
    if (in_flight < g->limit / 2)
        return; /* the limit was not what held it up */
    double gradient = clamped(tolerance * g->usual / now, 0.5, 1);
    double wanted = g->limit * gradient + QUEUE;
    g->limit = clamped(g->limit * (1 - smoothing) + wanted * smoothing, g->min, g->max);
}
