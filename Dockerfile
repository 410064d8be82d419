FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/hubbub ./cmd/app \
 && mkdir -p /out/data /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build --chown=65532:65532 /out/ /
ENV ZONEINFO=/zoneinfo.zip ADDR=:8080 DATA_DIR=/data LOG_FORMAT=json
EXPOSE 8080
USER 65532
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s CMD ["/hubbub", "healthcheck"]
ENTRYPOINT ["/hubbub"]
