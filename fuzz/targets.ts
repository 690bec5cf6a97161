import { generateKeyPairSync } from "node:crypto";
import { ConfigError, readConfig } from "@ledgix/configuration/read";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { canonicalJson, hashToolArgs } from "@ledgix/contract/canonical-json";
import { JsonRefused, type JsonValue, jsonObject, parseJson } from "@ledgix/contract/json";
import { ProblemError } from "@ledgix/contract/problem";
import { judgeConfig } from "@ledgix/judge/config";
import { parseLimit } from "@ledgix/judge/limit";
import { encodeCbor } from "@ledgix/ledger/cbor";
import { parseRule } from "@ledgix/rules/parse";
import { readCedar } from "@ledgix/rules/validate";
import { localSigner } from "@ledgix/vault/adapters/local-signer";
import { type VaultConfig, vaultConfig, vaultServerConfig } from "@ledgix/vault/config";
import { readTilePath } from "@ledgix/vault/ledger/serve-tile";
import { readWitnesses } from "@ledgix/vault/ledger/witnesses";
import { silentLog } from "@ledgix/vault/log";
import { createMetrics } from "@ledgix/vault/metrics";
import { readUpload } from "@ledgix/vault/policies/read-upload";
import { readCursor, writeCursor } from "@ledgix/vault/reviews/cursor";
import { issueToken } from "@ledgix/vault/tokens/issue";
import { fixedKeyring } from "@ledgix/vault/tokens/keyring";
import { verifyToken } from "@ledgix/vault/tokens/verify";
import { readNote, verifyBundle, verifyLog } from "@ledgix/verifier";
import { decode } from "cborg";
import fc from "fast-check";
import { HonoRequest } from "hono/request";
import { encodeRecord, type Json } from "../packages/verifier/cbor.ts";
import { argumentsOf, gatewayRoute } from "../services/gateway/routes.ts";
import { jsonText, multipartBody, text } from "./inputs.ts";

// Every parser that strangers' input reaches: whatever comes, it is read or refused in its own words, what is read is what was written,
// and nothing else happens.

export type Target = {
  name: string;
  /** What is thrown at it. */
  input: fc.Arbitrary<unknown>;
  /** @throws where the parser does something else than it promises */
  check: (input: never) => void | Promise<void>;
};
const target = <Input>(name: string, input: fc.Arbitrary<Input>, check: (input: Input) => void | Promise<void>): Target => ({
  name,
  input,
  check,
});

function must(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(what);
}
/** Runs a parser that may refuse in the given ways alone. @returns null where it refused */
function refusing<Value>(work: () => Value, ...kinds: (new (...given: never[]) => Error)[]): Value | null {
  try {
    return work();
  } catch (error) {
    if (kinds.some((kind) => error instanceof kind)) return null;
    throw error;
  }
}

const { privateKey } = generateKeyPairSync("ed25519");
const keys = fixedKeyring(localSigner("fuzz", privateKey));
const config: VaultConfig = readConfig(vaultConfig, {
  VAULT_JUDGE_URL: "http://127.0.0.1:1",
  VAULT_JUDGE_API_KEY: "k".repeat(16),
});
const tokenDeps = { keys, config, log: silentLog, metrics: createMetrics(), now: () => new Date(1_790_000_000_000) };
const request = {
  ...{ request_id: "9f0a4ae8-7ad3-4b0a-a0a8-7d1dbd0f4d11", tool_name: "pay", agent_id: "a", session_id: "", policy_id: null },
  tool_args_hash: hashToolArgs({ amount: 1 }),
  record: "intact",
} as Parameters<typeof issueToken>[1]; // all that a token says of a request
const token = await issueToken(tokenDeps, request, 1_790_000_000);

const route = gatewayRoute.parse({
  ...{ method: "POST", path: "/r/:id", tool: "t", arguments: { id: "path.id", amount: "body.amount", tag: "query.tag" } },
  ignore: ["body.meta"],
});

const settings = Object.keys(vaultServerConfig.shape);
const SECRET = "unmistakable-secret-value";

export const targets: Target[] = [
  target("JSON", jsonText, (given) => {
    const value = refusing(() => parseJson(given), JsonRefused);
    if (value === null) return;
    const canonical = canonicalJson(value);
    must(canonicalJson(parseJson(canonical)) === canonical, "Canonical JSON of canonical JSON is another one.");
    must(JSON.stringify(JSON.parse(given)) !== undefined, "What is read is JSON.");
  }),
  target("canonical JSON, of objects in any order", fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })), (given) => {
    const value = refusing(() => jsonObject.parse(parseJson(JSON.stringify(given))), JsonRefused);
    if (value === null) return;
    const reversed = Object.fromEntries(Object.entries(value).reverse());
    must(hashToolArgs(value) === hashToolArgs(reversed), "The order of names changes the hash.");
  }),
  target("CBOR", fc.jsonValue(), (given) => {
    const value = given as JsonValue; // fast-check's type of the same
    const bytes = encodeCbor({ v: value });
    must(canonicalJson(decode(bytes).v) === canonicalJson(value), "Another decoder reads something else.");
    const other = encodeRecord({ v: given as Json }); // the same type, of the verifier
    must(Buffer.from(bytes).equals(other), "The verifier's encoder writes other bytes.");
  }),
  target(
    "A-JWT",
    fc.tuple(fc.nat(), fc.oneof(text, fc.constantFrom("", ".", "A", "none", token.slice(0, 40))), fc.nat(60)),
    async ([at, put, cut]) => {
      const from = at % (token.length + 1);
      const changed = token.slice(0, from) + put + token.slice(from + cut);
      if (changed === token) return;
      const claims = await verifyToken(tokenDeps, changed).catch((error: unknown) => {
        if (error instanceof ProblemError && error.code.startsWith("token_")) return null;
        throw error;
      });
      // The last character of base64url holds bits that count for nothing: the same bytes are the same token.
      const bytes = (jwt: string) =>
        jwt
          .split(".")
          .map((part) => Buffer.from(part, "base64url").toString("hex"))
          .join(".");
      must(claims === null || bytes(changed) === bytes(token), "A token that was changed is taken.");
    },
  ),
  target("multipart", multipartBody, async ({ boundary, body }) => {
    const given = new Request("http://vault", {
      method: "POST",
      headers: { "content-type": `multipart/form-data${boundary}` },
      body: Uint8Array.from(body),
    });
    const upload = await readUpload(new HonoRequest(given)).catch((error: unknown) => {
      if (error instanceof ProblemError && ["invalid_body", "invalid_string"].includes(error.code)) return null;
      throw error;
    });
    if (upload === null) return;
    must(upload.file instanceof File, "There is no file.");
    must(!JSON.stringify(upload.fields).includes("\\u0000"), "A field holds what a database does not take.");
  }),
  target(
    "cursor",
    fc.oneof(
      text,
      fc.base64String(),
      jsonText.map((json) => Buffer.from(json).toString("base64url")),
    ),
    (given) => {
      const cursor = refusing(() => readCursor(given), ProblemError);
      if (cursor !== null) must(JSON.stringify(readCursor(writeCursor(cursor))) === JSON.stringify(cursor), "A cursor changes.");
    },
  ),
  target(
    "configuration",
    fc.dictionary(
      fc.constantFrom(...settings),
      fc.oneof(text, fc.constantFrom("", "0", "-1", "true", "1e9", "https://x", "postgres://u:p@h/d")),
    ),
    (given) => {
      const secrets = Object.fromEntries(
        ["DATABASE_URL", "VAULT_JUDGE_API_KEY", "SUPABASE_JWT_SECRET", "SMTP_URL"].map((name) => [name, SECRET]),
      );
      for (const [schema, environment] of [
        [vaultServerConfig, given],
        [vaultServerConfig, { ...given, ...secrets }],
        [judgeConfig, given],
      ] as const) {
        try {
          readConfig(schema, environment);
        } catch (error) {
          must(error instanceof ConfigError, `A configuration is refused by ${String(error)}.`);
          must(error instanceof Error && !error.message.includes(SECRET), "An error repeats what could be a secret.");
        }
      }
    },
  ),
  target(
    "API key",
    fc.oneof(
      text,
      fc.uint8Array({ minLength: 32, maxLength: 32 }).chain((bytes) => {
        const key = createApiKey("production", bytes);
        return fc
          .tuple(fc.nat(key.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
          .map(([at, put]) => (key[at] === put ? "" : key.slice(0, at) + put + key.slice(at + 1)));
      }),
    ),
    (given) => must(parseApiKey(given) === null, "A key with a wrong character is taken."),
  ),
  target(
    "rule",
    fc.oneof(
      text,
      fc
        .array(
          fc.constantFrom(
            "Approve",
            "Deny",
            "Ask",
            "when",
            "amount",
            "is",
            "at most",
            "over",
            "100",
            "and",
            "or",
            "not",
            "currency",
            "usd",
            ",",
            ".",
            '"',
            "(",
            ")",
            "the",
            "in",
            "unless",
          ),
        )
        .map((words) => words.join(" ")),
    ),
    (given) => {
      parseRule(given);
    },
  ),
  target(
    "Cedar",
    fc.oneof(
      text,
      text.map((inside) => `permit(principal, action, resource) when { ${inside} };`),
    ),
    (given) => {
      readCedar(given);
    },
  ),
  target("limit", text, (given) => {
    const windows = parseLimit(given);
    must(
      windows === null || windows.every(({ requests, seconds }) => requests >= 1 && seconds >= 1),
      "A limit lets nothing pass.",
    );
  }),
  target(
    "tile path",
    fc.oneof(
      text,
      fc.array(fc.constantFrom("x", "0", "1", "9", "/", ".p/", "00", "255", "256")).map((parts) => parts.join("")),
    ),
    (given) => {
      const tile = refusing(() => readTilePath(given), ProblemError);
      if (tile !== null)
        must(Number.isSafeInteger(tile.index) && tile.width >= 1 && tile.width <= 256, "A tile has no such width.");
    },
  ),
  target("witnesses", text, (given) => {
    readWitnesses(given);
  }),
  target(
    "gateway request",
    fc.record({
      id: text,
      query: fc.dictionary(fc.constantFrom("tag", "other"), fc.array(text, { minLength: 1, maxLength: 2 })),
      body: jsonText,
    }),
    ({ id, query, body }) => {
      const found = refusing(() => argumentsOf(route, { path: { id }, query, body }), ProblemError);
      if (found === null) return;
      // Whatever the body holds beside `meta` must be among what is approved.
      const { meta: _, ...sent } = body === "" ? {} : JSON.parse(body);
      must(
        Object.keys(sent).every((name) => name === "amount"),
        "A field that no approval covers passes.",
      );
      must(query.other === undefined, "A parameter that no approval covers passes.");
    },
  ),
  target("proof bundle", fc.jsonValue(), async (given) => {
    must(!(await verifyBundle(given)).isIntact, "Something that is no bundle is intact.");
  }),
  target("export", fc.array(jsonText, { maxLength: 5 }), async (given) => {
    must(!(await verifyLog(given.map((line) => line.replaceAll("\n", " ")))).isIntact, "Something that is no export is intact.");
  }),
  target(
    "signed note",
    fc.oneof(
      text,
      fc.tuple(text, text).map(([body, line]) => `log\n1\n${body}\n\n— log ${line}\n`),
    ),
    async (given) => {
      await readNote(given, []).catch((error: unknown) =>
        must(error instanceof TypeError || error instanceof RangeError, `A note is refused by ${String(error)}.`),
      );
    },
  ),
];
