# check=error=true;skip=MaintainerDeprecated,JSONArgsRecommended LegacyKeyValueFormat
FROM alpine:3
MAINTAINER a
CMD x
ENV A 1
