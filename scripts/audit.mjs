// `node scripts/audit.mjs [registry]`: asks the registry which advisories stand against what production runs. Exit 1 where there is one,
// 2 where the registry does not answer audits (mirrors often do not): then nothing is claimed.
import { spawnSync } from "node:child_process";
import { root } from "./prepare.mjs";

const [registry] = process.argv.slice(2);
const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json", ...(registry ? ["--registry", registry] : [])], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 64 * 2 ** 20,
  shell: process.platform === "win32",
});
const { vulnerabilities, statusCode } = JSON.parse(stdout || "{}");
if (vulnerabilities === undefined) {
  console.log(`Not audited: the registry does not answer audits (${statusCode ? `HTTP ${statusCode}` : "no answer"}).`);
  process.exit(2);
}
// Packages that are reached only through another one name that one; the advisory itself stands once.
const advisories = Object.values(vulnerabilities)
  .flatMap(({ via }) => via)
  .filter((cause) => typeof cause === "object");
for (const { name, range, severity, title, url } of advisories) console.log(`${severity}: ${name} ${range}: ${title} (${url})`);
console.log(advisories.length === 0 ? "No advisory stands against what production runs." : `Advisories: ${advisories.length}.`);
process.exit(advisories.length === 0 ? 0 : 1);
