import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** The audit, against a registry that answers its bulk endpoint so. */
async function audit(status: number, answer: unknown) {
  const server = createServer((request, response) => {
    response.statusCode = request.url?.endsWith("/advisories/bulk") ? status : 404;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  open.push(server);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : "";
  const child = spawn(process.execPath, [join(import.meta.dirname, "audit.mjs"), `http://127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, npm_config_noproxy: "127.0.0.1" },
  });
  const [output, [exit]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return { exit, output };
}

describe("audit", () => {
  it("names an advisory that stands against a dependency of production", async () => {
    const advisory = { id: 1, url: "https://example.com/advisory", title: "Breaks", severity: "high", vulnerable_versions: "*" };
    const { exit, output } = await audit(200, { zod: [{ ...advisory, cwe: [], cvss: { score: 7 } }] });
    expect(exit).toBe(1);
    expect(output).toContain("high: zod *: Breaks (https://example.com/advisory)\nAdvisories: 1.");
  });

  it("says that there is none", async () => {
    expect(await audit(200, {})).toEqual({ exit: 0, output: "No advisory stands against what production runs.\n" });
  });

  it("claims nothing where the registry has no such endpoint", async () => {
    const output = "Not audited: the registry does not answer audits (HTTP 405).\n";
    expect(await audit(405, {})).toEqual({ exit: 2, output });
  });
});
