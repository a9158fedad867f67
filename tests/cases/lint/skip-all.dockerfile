# check=skip=all;error=1
FROM alpine:3
CMD x
