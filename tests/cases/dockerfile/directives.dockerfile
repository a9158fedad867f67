# syntax=docker/dockerfile:1
# escape=`

FROM alpine:3 AS base
RUN one `
    two
