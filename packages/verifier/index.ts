export { verifyBundle } from "./bundle.ts";
export { type LogOptions, verifyLog } from "./log.ts";
export { type NoteReport, readNote } from "./note.ts";
export { type Key, readJwks } from "./records.ts";
export type { Check, Report } from "./report.ts";
export { isIncluded, isPrefix } from "./tree.ts";
