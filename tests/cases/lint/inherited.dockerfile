FROM alpine:3 AS base
SHELL ["/bin/ash", "-c"]
WORKDIR /src
FROM base
CMD x
WORKDIR more
