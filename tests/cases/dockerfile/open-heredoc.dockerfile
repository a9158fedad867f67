FROM alpine
RUN <<EOF
for ever
