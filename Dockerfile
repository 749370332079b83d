# syntax=docker/dockerfile:1
# One image for each service: docker build --build-arg SERVICE=events -t onsale-events .
# `npm run check:deploy` runs these steps without a container: paths in RUN are relative to WORKDIR.

FROM --platform=$BUILDPLATFORM oven/bun:1.4.5-slim AS build
WORKDIR /onsale
COPY package.json bun.lock bunfig.toml ./
COPY patches patches
RUN bun install --frozen-lockfile --production --ignore-scripts
COPY drizzle drizzle
COPY shared shared
COPY services services
COPY scripts/build.ts scripts/build.ts
ARG SERVICE
ARG TARGETARCH
ARG REVISION
RUN BUILD_REVISION="$REVISION" bun scripts/build.ts --service "$SERVICE" --platform "linux-$TARGETARCH" && mv dist/linux-*/"$SERVICE" dist/onsale

# glibc, certificates and a user, but no shell. The digest is the index of all platforms.
FROM gcr.io/distroless/base-nossl-debian12:nonroot@sha256:be40c00dfabd86576d92666e87e406714d5618342de1a0c213ad232de255172e
ARG SERVICE
ARG REVISION
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="onsale-$SERVICE" \
      org.opencontainers.image.description="Onsale sells seats for events under a rush" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="gcr.io/distroless/base-nossl-debian12:nonroot"
COPY --from=build /onsale/dist/onsale /onsale
USER 65532:65532
# events, booking, search: SERVER_ADDR moves it. The last is the port that METRICS_ADDR has in our manifests.
EXPOSE 8080 8081 8082 9464
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 CMD ["/onsale", "health"]
ENTRYPOINT ["/onsale"]
