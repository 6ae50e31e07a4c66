/* apus/apus.h - everything a service includes. */
#ifndef APUS_APUS_H
#define APUS_APUS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apus/annotate.h"
#include "apus/api.h"
#include "apus/arena.h"
#include "apus/buf.h"
#include "apus/check.h"
#include "apus/compress.h"
#include "apus/body.h"
#include "apus/cors.h"
#include "apus/filter.h"
#include "apus/fresh.h"
#include "apus/hosts.h"
#include "apus/html.h"
#include "apus/json.h"
#include "apus/main.h"
#include "apus/middleware.h"
#include "apus/model.h"
#include "apus/oauth2.h"
#include "apus/password.h"
#include "apus/proxy.h"
#include "apus/req.h"
#include "apus/route.h"
#include "apus/secret.h"
#include "apus/seal.h"
#include "apus/security.h"
#include "apus/session.h"
#include "apus/settings.h"
#include "apus/sse.h"
#include "apus/state.h"
#include "apus/str.h"
#include "apus/test.h"
#include "apus/text.h"
#include "apus/timing.h"
#include "apus/topic.h"
#include "apus/upload.h"
#include "apus/value.h"
#include "apus/worker.h"
#include "apus/ws.h"

#endif
