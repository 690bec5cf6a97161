import { describe, expect, it } from "vitest";
import { judgeConfig } from "./config.ts";
import { endpointLimit, parseLimit } from "./limit.ts";
import { openLog } from "./log.ts";

const needed = { JUDGE_API_KEY: "k".repeat(16), DATABASE_URL: "postgres://x" };

describe("the judge's configuration", () => {
  it("has the founding document's names and defaults", () => {
    expect(judgeConfig.parse(needed)).toMatchObject({
      EMBEDDING_MODEL: "bedrock/amazon.titan-embed-text-v2:0",
      EVAL_MODEL: "bedrock/amazon.nova-pro-v1:0",
      JUDGE_ENDPOINT_RATE_LIMIT: [{ requests: 600, seconds: 60 }],
      JUDGE_UVICORN_WORKERS: 2,
      LOG_FORMAT: "json",
    });
  });

  it.each([
    ["JUDGE_ENDPOINT_RATE_LIMIT", "lots"],
    ["LOG_FORMAT", "xml"],
    ["JUDGE_UVICORN_WORKERS", "0"],
    ["EVAL_MODEL", "gpt"],
    ["EVAL_MODEL_PRICE", "cheap"],
    ["JUDGE_API_KEY", "short"],
  ])("names %s where it does not fit, and never its value", (name, value) => {
    const result = judgeConfig.safeParse({ ...needed, [name]: value });
    expect(result.error?.issues.map(({ path }) => path.join("."))).toEqual([name]);
    expect(JSON.stringify(result.error?.issues.map(({ message }) => message))).not.toContain(`"${value}"`);
  });
});

describe("limits in slowapi's notation", () => {
  it.each([
    ["600/minute", [{ requests: 600, seconds: 60 }]],
    ["10 per 5 seconds", [{ requests: 10, seconds: 5 }]],
    [
      "100/hour;10/second",
      [
        { requests: 100, seconds: 3600 },
        { requests: 10, seconds: 1 },
      ],
    ],
    ["5/2minutes", [{ requests: 5, seconds: 120 }]],
    ["0/minute", null],
    ["10/fortnight", null],
    ["", null],
  ])("%j", (text, windows) => expect(parseLimit(text)).toEqual(windows));

  it("let so many pass, then say how long to wait, shared among workers", async () => {
    const take = endpointLimit([{ requests: 4, seconds: 60 }], 2);
    expect([await take(), await take()]).toEqual([null, null]);
    expect(await take()).toBe(60);
  });
});

it("logs as JSON or as text", () => {
  const lines: string[] = [];
  openLog("json", (line) => lines.push(line))("info", "judge.listening", { port: 1 });
  openLog("text", (line) => lines.push(line))("error", "judge.failed", { code: "E" });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "info", service: "judge", event: "judge.listening", port: 1 });
  expect(lines[1]).toMatch(/^\S+ ERROR judge\.failed code=E$/);
});
