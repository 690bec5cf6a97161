import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const OLDEST_NODE = 20;
/** The Node that runs TypeScript as it stands. It comes as a package where the system's is older. */
const WANTED_NODE = 24;

export function assertNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE)
    fail(`Node ${process.versions.node} is too old. Install Node ${OLDEST_NODE} or newer, then run this again.`);
}

/** The Node to run the product with: the installed package's, or the system's where that is new enough. */
export function nodeBinary() {
  const packaged = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split(".")[0]) >= WANTED_NODE) return process.execPath;
  return fail(
    `There is no packaged Node for ${process.platform} ${process.arch}. Install Node ${WANTED_NODE}, then run this again.`,
  );
}

/** Runs `npm ci` where the lockfile is not what is installed. */
export function install() {
  const stamp = join(root, "node_modules", ".ledgix-installed");
  const lock = hashOf([join(root, "package-lock.json")]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.log("Installing packages (once)…");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const result = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: "inherit" });
  if (result.status !== 0)
    fail("The packages could not be installed. Check the connection to the npm registry, then run this again.");
  writeFileSync(stamp, lock);
}

/** Builds the console where its sources changed since the last build. */
export function buildConsole() {
  const stamp = join(root, ".next", "ledgix-built");
  const sources = hashOf(consoleSources());
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return;
  console.log("Building the console (about a minute, when its sources changed)…");
  const result = spawnSync(nodeBinary(), [join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
  });
  if (result.status !== 0) fail(`The console could not be built.\n${result.stdout}`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
}

function consoleSources() {
  const folders = ["app", "components", "lib", "public", "packages"].flatMap((folder) => filesBelow(join(root, folder)));
  const files = [
    "next.config.ts",
    "tailwind.config.ts",
    "postcss.config.mjs",
    "proxy.ts",
    "instrumentation.ts",
    "package-lock.json",
  ].map((file) => join(root, file));
  return [...folders, ...files].filter((file) => !/\.test\.tsx?$/.test(file));
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === "node_modules") return [];
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/** @returns {never} */
export function fail(message) {
  console.error(message);
  process.exit(1);
}
