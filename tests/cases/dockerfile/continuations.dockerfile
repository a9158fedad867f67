# a comment
FROM alpine
RUN apt-get update && \
    # between

    apt-get install -y curl \
    wget
CMD ["a", "b c"]
ENTRYPOINT [not json
