# Vault. Build from the project's root: docker build -f deployments/docker/vault.Dockerfile .
FROM node:24-slim AS build
USER node
WORKDIR /home/node/app
COPY --chown=node:node package.json package-lock.json ./
COPY --chown=node:node packages packages
COPY --chown=node:node services services
COPY --chown=node:node examples examples
# Vault's own dependencies alone: no console, no browser tests, no packaged Node.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund -w @ledgix/vault

FROM node:24-slim
ENV NODE_ENV=production
USER node
WORKDIR /home/node/app
COPY --from=build --chown=node:node /home/node/app/package.json ./
COPY --from=build --chown=node:node /home/node/app/node_modules node_modules
COPY --from=build --chown=node:node /home/node/app/packages packages
COPY --from=build --chown=node:node /home/node/app/services/vault services/vault
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.VAULT_PORT || 8000}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/vault/main.ts"]
