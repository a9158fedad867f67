FROM alpine
RUN --nonsense=1 true
