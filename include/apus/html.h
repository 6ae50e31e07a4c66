/* apus/html.h - text as HTML.
 *
 *     apus_html_escape(&page, name);      <b> becomes &lt;b&gt;
 *
 * Nothing suspends. */
#ifndef APUS_HTML_H
#define APUS_HTML_H

#include "apus/api.h"
#include "apus/buf.h"

APUS_API_BEGIN

/* Appends text so that it stands for itself, between tags and in quoted attributes: & < > "
 * and ' are written as entities.  Not for scripts, styles, URLs or attributes without quotes. */
void apus_html_escape(apus_buf *b, apus_str text);

APUS_API_END

#endif
