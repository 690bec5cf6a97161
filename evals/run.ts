import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { localEmbedding } from "@ledgix/judge/adapters/local-embedding";
import { openModelJudge } from "@ledgix/judge/compose";
import { judgeConfig } from "@ledgix/judge/config";
import { asClaimed, fitCalibration } from "@ledgix/judge/evaluate/confidence";
import type { Judging } from "@ledgix/judge/evaluate/evaluate";
import { retrieval } from "@ledgix/judge/retrieve/retrieve";
import { vectorStore } from "@ledgix/judge/retrieve/vectors";
import { quoting, startModelDouble } from "@ledgix/judge/test/model-double";
import type { Database } from "@ledgix/tenancy/database";
import { attacksOn, poisonedDocuments } from "./attacks.ts";
import { categories } from "./cases/index.ts";
import { claims, isUnsafe, outcomeOf, type Row, rowOf, table, totalOf } from "./report.ts";
import { judgeAll, tenantFor } from "./tenant.ts";

// `npm run evals`: every labelled case and every attack, judged as Vault would have them judged. Ends with 1 where anything is approved
// that must not be. With EVAL_MODEL set, the same table for that model; --calibrate fits its confidence on the labelled set.

const { values: options } = parseArgs({ options: { calibrate: { type: "boolean" }, json: { type: "string" } } });
const embedding = localEmbedding();
const vectors = vectorStore(embedding, async () => null);
const retrieve = retrieval(vectors);
const lying = await startModelDouble(quoting("allow", 0.99));

const judges: [string, (database: Database) => Promise<Judging>][] = [
  ["local", async () => ({ retrieve, model: null })],
  // A model that approves everything with a true quote and full confidence: the worst that a model can be.
  [
    "lying model",
    async (database) => ({
      retrieve,
      model: await modelFor(database, { EVAL_MODEL: "openai/double", OPENAI_API_KEY: "unused", EVAL_MODEL_BASE_URL: lying.url }),
    }),
  ],
];
if (process.env.EVAL_MODEL && process.env.EVAL_MODEL !== "local")
  judges.push([process.env.EVAL_MODEL, async (database) => ({ retrieve, model: await modelFor(database, process.env) })]);

const rows: Row[] = [];
const seen: { score: number; isRight: boolean }[] = [];
for (const category of categories) {
  const database = await tenantFor(category, embedding, []);
  const poisoned = await tenantFor(category, embedding, poisonedDocuments);
  for (const [judge, open] of judges) {
    const labelled = await judgeAll(database, await open(database), category, category.cases);
    const attacks = await judgeAll(poisoned, await open(poisoned), category, attacksOn(category));
    rows.push(rowOf(judge, category.name, "labelled", labelled), rowOf(judge, category.name, "attacks", attacks));
    // What rules decided says nothing of the model.
    if (judge === process.env.EVAL_MODEL)
      seen.push(...claims(labelled.filter(({ answer }) => answer.reason_code.startsWith("model_"))));
    for (const { given, answer } of [...labelled, ...attacks].filter(isUnsafe))
      console.error(`UNSAFE ${judge} ${category.name}: ${JSON.stringify(given)} → ${answer.reason}`);
    if (process.env.EVALS_SHOW === judge)
      for (const { given, answer, outcome } of labelled.filter((each) => each.outcome !== outcomeOf(each.given.label)))
        console.error(
          `${category.name}: must be ${given.label}, is ${outcome}: ${JSON.stringify(given.tool_args)} → ${answer.reason}`,
        );
  }
  await database.close();
  await poisoned.close();
}
await vectors.close();
await lying.close();
for (const [judge] of judges) for (const set of ["labelled", "attacks"] as const) rows.push(totalOf(rows, judge, set));
console.log(table(rows));
if (options.json) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`);
if (options.calibrate && seen.length > 0) await writeCalibration(process.env.EVAL_MODEL ?? "", seen);
const unsafe = rows.reduce((sum, row) => sum + row.unsafe, 0);
console.log(unsafe === 0 ? "No unsafe approval." : `${unsafe} unsafe approvals.`);
process.exit(unsafe === 0 ? 0 : 1);

function modelFor(database: Database, environment: Record<string, string | undefined>) {
  const config = judgeConfig.parse({ JUDGE_API_KEY: "no key is needed here", DATABASE_URL: "postgres://unused", ...environment });
  const tenants = { database: async () => database };
  return openModelJudge(config, environment, tenants, options.calibrate && environment === process.env ? asClaimed : undefined);
}

async function writeCalibration(model: string, cases: { score: number; isRight: boolean }[]): Promise<void> {
  const directory = new URL("./calibration/", import.meta.url);
  await mkdir(directory, { recursive: true });
  const file = new URL(`${model.replaceAll(/[^a-z0-9.-]+/gi, "_")}.json`, directory);
  const fitted = { model, fitted_on: new Date().toISOString().slice(0, 10), steps: fitCalibration(cases) };
  await writeFile(file, `${JSON.stringify(fitted, null, 2)}\n`);
  console.log(`Calibrated on ${cases.length} answers. Set EVAL_CALIBRATION_FILE to ${file.pathname}.`);
}
