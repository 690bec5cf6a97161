#!/usr/bin/env node
// npm puts the packaged Node first in the path of what it runs. Called by hand with an older one, this says so.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`ledgix runs on Node 22.18 and later, and this is ${process.version}. Run it as: npx ledgix`);
  process.exit(2);
}
await import("./main.ts");
