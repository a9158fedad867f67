FROM a
COPY --form=b a b
