# The console. Build from the project's root: docker build -f deployments/docker/console.Dockerfile .
FROM node:24-slim AS build
ENV NEXT_TELEMETRY_DISABLED=1
USER node
WORKDIR /home/node/app
COPY --chown=node:node package.json package-lock.json ./
COPY --chown=node:node packages packages
COPY --chown=node:node services services
COPY --chown=node:node examples examples
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY --chown=node:node tsconfig.json next.config.ts tailwind.config.ts postcss.config.mjs proxy.ts instrumentation.ts ./
COPY --chown=node:node app app
COPY --chown=node:node components components
COPY --chown=node:node lib lib
COPY --chown=node:node public public
# Only what a page needs is traced into the standalone server.
RUN LEDGIX_STANDALONE=1 npm run build

FROM node:24-slim
ENV NODE_ENV=production HOSTNAME=0.0.0.0 PORT=3000
USER node
WORKDIR /home/node/app
COPY --from=build --chown=node:node /home/node/app/.next/standalone ./
COPY --from=build --chown=node:node /home/node/app/.next/static .next/static
COPY --from=build --chown=node:node /home/node/app/public public
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/api/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
