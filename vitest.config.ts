import { defineConfig } from "vitest/config";

const roots = ["packages", "services", "lib", "components", "scripts", "supabase", "deployments", "fuzz"];
const agnostic = ["openapi-requests", "mcp-gateway", "telemetry"].map((name) => `**/${name}.integration.test.ts`);
/** Run by themselves, one after the other: they build images, or kill processes under load. */
const alone = ["**/images.integration.test.ts", "**/chaos.integration.test.ts"];
const integration = roots.map((root) => `${root}/**/*.integration.test.ts`);

// The integration suites run twice: here on PGlite, and as `services` on the servers that TEST_DATABASE_URL and its like name.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Suites wait more than they compute: two share a core well.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: roots.map((root) => `${root}/**/*.test.ts`),
          exclude: ["**/node_modules/**", ...integration],
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: integration,
          exclude: ["**/node_modules/**", ...alone],
          env: { TEST_DATABASE_URL: "" },
        },
      },
      // What starts the embedded default itself has nothing to learn from a server, and neither has what asks no database anything new.
      {
        extends: true,
        test: {
          name: "services",
          include: integration,
          exclude: ["**/node_modules/**", "**/process.integration.test.ts", "lib/**", ...agnostic, ...alone],
        },
      },
      { extends: true, test: { name: "alone", include: alone, exclude: ["**/node_modules/**"], fileParallelism: false } },
    ],
  },
});
