import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { nodeBinary, root } from "./prepare.mjs";

const KNOWN = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A Chromium that is on this machine already; undefined where there is none. */
export function installedChromium() {
  return [process.env.CHROMIUM_PATH, ...KNOWN].find((path) => path && existsSync(path));
}

/** Makes sure of a Chromium: one that is there, from Debian's packages when root on Debian, else Playwright's own (null: it knows where). */
export function findChromium() {
  const found = installedChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    console.log("Installing Chromium from Debian's packages (once)…");
    const apt = (...args) =>
      spawnSync("apt-get", args, {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
    if (existsSync("/usr/bin/chromium")) return "/usr/bin/chromium";
  }
  console.log("Installing Playwright's Chromium (once)…");
  spawnSync(nodeBinary(), [join(root, "node_modules/@playwright/test/cli.js"), "install", "chromium"], {
    cwd: root,
    stdio: "inherit",
  });
  return null;
}
