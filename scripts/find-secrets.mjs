// `node scripts/find-secrets.mjs PATH…`: looks through what a run left (its output, reports, bundles) for anything that is a secret by its form.
// Names the file and the kind, never the secret. Exit 1 where there is one.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Secrets of this product, and of those that it talks to, by how they look. */
const kinds = {
  "an API key": /sk_(?:development|staging|production)_[0-9A-Za-z]{49}/,
  "a private key": /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*[A-Za-z0-9+/]/,
  "a clearance token": /eyJhbGciOiJFZERTQSIs[\w-]+\.[\w-]{40,}\.[\w-]{80,}/,
  "an access token": /eyJhbGciOiJ[EHR]S\d+[\w-]*\.eyJ[\w-]{60,}\.[\w-]{40,}/,
  "a Slack token": /xox[bp]-[\w-]{20,}/,
  "a webhook secret": /whsec_[\w+/=-]{24,}/,
  "an AWS key": /\bAKIA[0-9A-Z]{16}\b/,
  "a password in a DSN": /(?:postgres(?:ql)?|rediss?|smtps?):\/\/(?!user:password@)[^:@\s/"'`$]{1,64}:[^@\s"'`$…]{8,}@/,
};
const TEXT = /\.(?:js|mjs|css|html|txt|json|jsonl|log|map|md|xml)$/;

const found = [];
for (const path of process.argv.slice(2)) look(path);
for (const { file, kind } of found) console.log(`${file}: ${kind}`);
console.log(found.length === 0 ? "There is no secret in it." : `${found.length} secrets.`);
process.exit(found.length === 0 ? 0 : 1);

function look(path) {
  let stats;
  try {
    stats = statSync(path);
  } catch {
    return; // that part did not run
  }
  if (stats.isDirectory()) {
    for (const name of readdirSync(path)) look(join(path, name));
    return;
  }
  if (!TEXT.test(path)) return;
  const text = readFileSync(path, "utf8");
  for (const [kind, pattern] of Object.entries(kinds)) if (pattern.test(text)) found.push({ file: path, kind });
}
