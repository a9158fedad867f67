ARG VERSION
ARG RELEASE=1
FROM alpine:$VERSION AS a
FROM --platform=${CHOSEN:-linux/amd64} alpine:$RELEASE AS b
FROM --platform=$TARGETPLATFORM alpine:${RELEASE} AS c
FROM --platform=linux/arm64 alpine:3 AS d
FROM --platform=linux/arm64 alpine:3 AS arm64
