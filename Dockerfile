# The Label Studio ML backend. Models are embedded; nothing is downloaded when it starts.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json vite.config.js ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-slim
# The program switches the runtime's telemetry off by itself; this does so for whatever else is run in here.
ENV ORT_DISABLE_TELEMETRY=1
ENV NODE_ENV=production HOST=0.0.0.0 PORT=9090 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY assets ./assets
COPY models ./models
COPY label-config ./label-config
COPY examples ./examples
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 9090
HEALTHCHECK --interval=10s --timeout=2s --start-period=10s \
  CMD node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((answer) => process.exit(answer.ok || answer.status === 401 ? 0 : 1), () => process.exit(1))"
CMD ["node", "dist/cli/main.js", "serve"]
