import { defineConfig } from "vitest/config";

// `services` is the same suites on the production parts; it skips what TEST_DATABASE_URL and its like do not name.
const tests = [
  "packages/**/*.test.ts",
  "services/**/*.test.ts",
  "lib/**/*.test.ts",
  "components/**/*.test.ts",
  "scripts/**/*.test.ts",
];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: "unit", include: tests, exclude: ["**/node_modules/**", "**/*.services.test.ts"] } },
      {
        extends: true,
        test: { name: "services", include: ["packages/**/*.services.test.ts", "services/**/*.services.test.ts"] },
      },
    ],
  },
});
