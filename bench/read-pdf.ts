import { pdf } from "@ledgix/judge/parse/hostile-files";
import { startStack } from "../services/local/test/stack.ts";
import { report, round } from "./report.ts";

// A PDF of 200 pages from its upload to the moment where every passage is searchable, on the embedded default.
const PAGES = 200;
const GOAL = 4;

const paragraph =
  "Whoever acts for the company keeps a record of what was done, for whom, and why; the record names the case, and stays with it for as long as the law asks. ";
const bytes = await pdf(
  Array.from(
    { length: PAGES },
    (_, n) =>
      `# Part ${n + 1}\n\n${Array.from({ length: 5 }, (_, i) => `Clause ${n + 1}.${i + 1}. ${paragraph.repeat(3)}`).join("\n\n")}`,
  ),
);
const stack = await startStack();
const clientId = await stack.addTenant("PDF");
const owner = await stack.addMember(clientId, "owner");
const form = new FormData();
form.set("file", new File([bytes as BlobPart], "policy.pdf"));
form.set("documentName", "policy");

let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 50);
const start = performance.now();
await owner("POST", "/admin/upload-policy", form);
const stages = new Set<string>();
for (let state = ""; state !== "ready"; await new Promise((resolve) => setTimeout(resolve, 250))) {
  state = (await owner("GET", "/policy-uploads")).body.uploads[0].state;
  stages.add(state);
  if (state === "refused") throw new Error("The PDF was refused.");
}
const seconds = (performance.now() - start) / 1000;
clearInterval(watch);
const { body } = await owner("GET", "/policies/policy");
report(import.meta.filename, {
  what: `a PDF of ${PAGES} pages from upload to searchable, embedded default`,
  goal: `≥ ${GOAL} pages/s, memory ≤ 500 MB beside the databases'`,
  ratio: round(PAGES / seconds / GOAL),
  unit: "pages a second / the goal",
  measured: {
    database: stack.databaseKind,
    seconds: round(seconds),
    pages_per_second: round(PAGES / seconds),
    characters: body.content.length,
    stages_seen: [...stages].join(", "),
    process_peak_mb: round(peak / 1024 / 1024, 0),
  },
});
await stack.close();
