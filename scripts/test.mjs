// `npm test` runs everything that needs no server; `npm run test:services` runs the integration suites again on the servers that
// TEST_DATABASE_URL and its like name. Both end with one line, and leave their counts in test-results/.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assertNode, buildConsole, install, nodeBinary, root } from "./prepare.mjs";

const suite = process.argv[2] ?? "all";
const results = join(root, "test-results");
const counts = { passed: 0, failed: 0 };

assertNode();
install();
mkdirSync(results, { recursive: true });

if (suite === "services") {
  if (!process.env.TEST_DATABASE_URL) {
    console.log("TEST_DATABASE_URL is not set: the suites that need a PostgreSQL server are skipped.");
  } else {
    vitest("services");
    vitest("alone");
  }
} else {
  step("format and lint", "node_modules/@biomejs/biome/bin/biome", ["check", "."]);
  step("route types", "node_modules/next/dist/bin/next", ["typegen"]);
  step("types", "node_modules/typescript/bin/tsc", ["--noEmit"]);
  vitest("unit");
  vitest("integration");
  step("evals: no unsafe approval", "evals/run.ts", []);
  const { findChromium } = await import("./chromium.mjs");
  findChromium();
  buildConsole();
  playwright();
}
writeFileSync(join(results, `${suite}.json`), JSON.stringify(counts));
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

function run(script, args, env = {}) {
  const result = spawnSync(nodeBinary(), [join(root, script), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  return result.status === 0;
}

function step(name, script, args) {
  console.log(`\n— ${name}`);
  if (run(script, args)) counts.passed++;
  else {
    counts.failed++;
    console.log(`— ${name}: failed`);
  }
}

function vitest(project) {
  console.log(`\n— ${project}`);
  const report = join(results, `vitest-${project}.json`);
  rmSync(report, { force: true });
  const isGreen = run("node_modules/vitest/vitest.mjs", [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  tally(report, isGreen, (json) => ({ passed: json.numPassedTests, failed: json.numFailedTests }));
}

function playwright() {
  console.log("\n— end to end");
  const report = join(results, "playwright.json");
  rmSync(report, { force: true });
  const isGreen = run("node_modules/@playwright/test/cli.js", ["test", "--reporter=list,json"], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  tally(report, isGreen, (json) => ({ passed: json.stats.expected + json.stats.flaky, failed: json.stats.unexpected }));
}

/** A runner that failed without a failing test (a suite that does not load, a server that does not start) still counts as one. */
function tally(report, isGreen, read) {
  let counted = { passed: 0, failed: 0 };
  try {
    counted = read(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    console.log(`There is no report in ${report}.`);
  }
  counts.passed += counted.passed;
  counts.failed += counted.failed === 0 && !isGreen ? 1 : counted.failed;
}
