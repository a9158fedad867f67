FROM a
RUN --mount=type=cache,target=/x,from=$FOO x
