FROM a
RUN --mount= x
