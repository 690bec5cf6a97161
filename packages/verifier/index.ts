export { verifyBundle } from "./bundle.ts";
export { type AnchorComparison, compareWithAnchors, type LogOptions, verifyLog } from "./log.ts";
export { type NoteReport, readNote } from "./note.ts";
export { type Checkpoint, type Key, readCheckpoint, readJwks, readKey } from "./records.ts";
export type { Check, Report } from "./report.ts";
export { isIncluded, isPrefix } from "./tree.ts";
