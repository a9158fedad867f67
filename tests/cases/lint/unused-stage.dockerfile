FROM alpine:3 AS unused
CMD x
MAINTAINER a
FROM alpine:3
