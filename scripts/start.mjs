// `npm start`: installs what is missing, builds what is stale, and hands over to services/local. Plain JavaScript, since it must run on
// any Node from 20 on and before anything is installed.
import { spawn } from "node:child_process";
import { assertNode, buildConsole, install, nodeBinary, root } from "./prepare.mjs";

assertNode();
install();
buildConsole();
const product = spawn(nodeBinary(), ["services/local/main.ts"], { cwd: root, stdio: "inherit" });
// Ctrl-C reaches the product too; this waits until it has stopped cleanly.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => product.kill("SIGTERM"));
product.once("exit", (code) => process.exit(code ?? 1));
