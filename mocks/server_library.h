/* libmicrohttpd's callbacks, implemented in server_exchange.c and installed by server.c. */
#pragma once

#include <microhttpd.h>

void *server_on_target(void *context, const char *target, struct MHD_Connection *mhd);
enum MHD_Result server_on_access(void *context, struct MHD_Connection *mhd, const char *target,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_bytes, void **request);
void server_on_completed(void *context, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode code);
