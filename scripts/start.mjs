// `npm start`: installs what is missing, builds what is stale, and hands over to services/local. Plain JavaScript, since it must run on
// any Node from 20 on and before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { assertNode, buildConsole, install, nodeBinary, root } from "./prepare.mjs";

assertNode();
install();
buildConsole();
const result = spawnSync(nodeBinary(), ["services/local/main.ts"], { cwd: root, stdio: "inherit" });
if (result.error || !existsSync(nodeBinary()))
  console.error("Node could not be started. Delete node_modules and run npm start again.");
process.exit(result.status ?? 1);
