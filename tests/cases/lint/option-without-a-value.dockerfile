# check=skip
FROM alpine:3
