ARG V=3
ARG BASE=alpine:${V}
from ${BASE}
env A=1 B="two words"
env OLD value with blanks
label a.b=c
