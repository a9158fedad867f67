FROM a
ARG A = b
