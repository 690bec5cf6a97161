import type { SettingsChanged } from "@ledgix/contract/settings-changes";
import type { ActionResult } from "../action-result";

/** What others changed meanwhile, and what holds now. */
export type Conflict<Document> = Pick<SettingsChanged, "changed" | "changed_by" | "changed_at"> & { current: Document };

/** What came of saving settings: they are saved, refused, or others were first. */
export type Saved<Answer, Document = Answer> =
  | ActionResult<Answer>
  | { ok: false; error: string; code: "settings_changed"; conflict: Conflict<Document> };
