FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node bin/web.ts && npm prune --omit=dev --ignore-scripts --no-audit --no-fund
# Builds nothing; did it want to, the container would too, at every start and without the tools.
RUN node bin/web.ts
# Half a gigabyte that a container beside a ClickHouse server has no use for: --build-arg ENGINE=none leaves it out.
ARG ENGINE=embedded
RUN if [ "$ENGINE" = none ]; then rm -r node_modules/chdb node_modules/@chdb; fi

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    SPENDLENS_DATA=/data \
    SPENDLENS_CONFIG=/config/spendlens.yaml \
    SPENDLENS_OPERATIONS_PORT=8789
RUN mkdir /data /config && chown node:node /data
WORKDIR /app
COPY --from=build /app ./
USER node
VOLUME /data
EXPOSE 8787 8788 8789
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "bin/health.ts"]
CMD ["node", "bin/start.ts"]
