/* The reason phrases of HTTP statuses (RFC 9110 15, as Go writes them), for messages: "500 Internal
   Server Error". */
#pragma once

/* "Not Found" for 404; "" for a status without a row. */
const char *http_status_text(unsigned status);
