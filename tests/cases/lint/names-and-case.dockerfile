FROM alpine:3 as Build
FROM alpine:3 AS build
from alpine:3 AS context
Run x
