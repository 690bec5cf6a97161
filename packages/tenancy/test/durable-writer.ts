import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

// Commits one row after another in a database of its own, and tells its parent of each one that was acknowledged.

let flushes = 0;
const { fsyncSync } = fs;
fs.fsyncSync = (descriptor) => {
  flushes++;
  fsyncSync(descriptor);
};
syncBuiltinESMExports(); // before anything binds the function
const { openPglite } = await import("../pglite.ts");

const [directory, count] = process.argv.slice(2);
const database = await openPglite(directory);
await database.script("create table if not exists kept (id integer primary key)");
for (let id = 0; id < Number(count); id++) {
  const before = flushes;
  await database.run("insert into kept values ($1)", [id]);
  process.send?.({ id, flushes: flushes - before });
}
process.send?.("written");
setInterval(() => {}, 1_000); // until it is ended
