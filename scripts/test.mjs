// `npm test` runs everything that needs no server; `npm run test:services` runs the integration suites again on the servers that
// TEST_DATABASE_URL and its like name. Both end with one line, and leave their counts in test-results/.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { assertNode, buildConsole, install, nodeBinary, root } from "./prepare.mjs";

const suite = process.argv[2] ?? "all";
const results = join(root, "test-results");
/** What failed is told with its reason, for whoever reads the end of the output alone. */
const counts = { passed: 0, failures: [] };

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
if (counts.failures.length > 0) console.log(`\n— failed\n${counts.failures.join("\n")}`);
console.log(`\n${counts.passed} passed, ${counts.failures.length} failed`);
process.exit(counts.failures.length === 0 ? 0 : 1);

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
    counts.failures.push(name);
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
  tally(report, isGreen, project, (json) => ({
    passed: json.numPassedTests,
    failures: json.testResults.filter((file) => file.status === "failed").flatMap(failuresOfFile),
  }));
}

function playwright() {
  console.log("\n— end to end");
  const report = join(results, "playwright.json");
  rmSync(report, { force: true });
  const isGreen = run("node_modules/@playwright/test/cli.js", ["test", "--reporter=list,json"], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  tally(report, isGreen, "end to end", (json) => ({
    passed: json.stats.expected + json.stats.flaky,
    failures: json.suites
      .flatMap(specsIn)
      .filter((spec) => !spec.ok)
      .map((spec) => failure(`${spec.file}: ${spec.title}`, spec.tests[0]?.results[0]?.error?.message)),
  }));
}

/** Of a file that did not load, or whose hooks failed, that alone. */
function failuresOfFile({ name, message, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === "failed");
  const file = relative(root, name);
  if (failed.length === 0) return [failure(file, message)];
  return failed.map((test) => failure(`${file}: ${test.fullName}`, test.failureMessages[0]));
}

function specsIn(suite) {
  return [...suite.specs, ...(suite.suites ?? []).flatMap(specsIn)];
}

function failure(name, message = "") {
  const lines = stripVTControlCharacters(message).split("\n");
  const own = lines.filter((line) => !/node_modules|^ +at new Promise/.test(line));
  return [name, ...own.slice(0, 12).map((line) => `    ${line}`)].join("\n");
}

/** A runner that failed without a failing test (a server that does not start) still counts as one. */
function tally(report, isGreen, name, read) {
  let counted = { passed: 0, failures: [] };
  try {
    counted = read(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    console.log(`There is no report in ${report}.`);
  }
  counts.passed += counted.passed;
  counts.failures.push(...counted.failures);
  if (counted.failures.length === 0 && !isGreen) counts.failures.push(`${name}: ended with an error, without a failing test`);
}
