FROM --platform=$BUILDPLATFORM golang:1.22 AS build
RUN --mount=type=cache,target="/a b" --mount=type=bind,target=/src go build
COPY --link --chown=1:1 --chmod=755 --from=build /x /y
