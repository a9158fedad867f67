FROM alpine

FORM x
