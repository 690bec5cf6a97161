"use client";

import type { LedgerEntry } from "@ledgix/contract/ledger";
import { formatNumber } from "@ledgix/sentence/money";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/input";
import { Progress } from "@/components/ui/progress";
import { saveFile } from "@/lib/save-file";
import { densityQuery, type LedgerFilter } from "@/lib/vault/queries";
import { eventRecordOf } from "./event-label";
import { readCheckpoints, readEntries, readKeys } from "./read-log";

const COLUMNS = [
  "seq",
  "accepted_at",
  "event",
  "decision_status",
  "agent_id",
  "tool_name",
  "tool_args",
  "reason",
  "actor",
  "channel",
  "policy_id",
  "request_id",
  "event_uuid",
  "event_hash",
  "leaf_hash",
  "leaf_index",
  "checkpoint_id",
] as const;

function rowOf(entry: LedgerEntry): unknown[] {
  const record = eventRecordOf(entry);
  const more: Record<string, unknown> = { event: record?.type, actor: record?.actor, channel: record?.channel };
  return COLUMNS.map((column) => (column in entry ? entry[column as keyof LedgerEntry] : more[column]));
}

const linesOf = (objects: object[]) => objects.map((object) => `${JSON.stringify(object)}\n`).join("");

/** What the filters find, as a file: CSV for a spreadsheet, JSON Lines with everything that a verifier needs. */
export function ExportDialog({ client, filter }: { client: string; filter: LedgerFilter }) {
  const [isOpen, setOpen] = useState(false);
  const [format, setFormat] = useState<"csv" | "jsonl">("csv");
  const [done, setDone] = useState<number | null>(null);
  const { data } = useQuery({ ...densityQuery(client, filter), enabled: isOpen });
  const abort = useRef<AbortController | null>(null);
  const total = data?.total ?? 0;
  const isWhole = Object.values(filter).every((value) => !value);

  const cancel = () => {
    abort.current?.abort();
    setDone(null);
  };
  const run = async () => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setDone(0);
    const parts: string[] = [];
    let count = 0;
    try {
      const { csvLines } = await import("@/lib/csv");
      if (format === "csv") parts.push(csvLines([COLUMNS]));
      // Of a whole log the verifier needs the keys, first, and the checkpoints. Of a part it could not say what is missing.
      else if (isWhole) parts.push(linesOf(await readKeys(client, signal)), linesOf(await readCheckpoints(client, signal)));
      for await (const page of readEntries(client, filter, signal)) {
        if (page.length === 0) continue;
        parts.push(format === "csv" ? csvLines(page.map(rowOf)) : linesOf(page));
        count += page.length;
        setDone(count);
      }
      const type = format === "csv" ? "text/csv" : "application/jsonl";
      saveFile(`ledger-${new Date().toISOString().slice(0, 10)}.${format}`, type, parts);
      toast.success(`${formatNumber(count)} entries are in the file.`);
      setOpen(false);
    } catch (error) {
      if (!signal.aborted) toast.error(error instanceof Error ? error.message : "The export failed. Try again.");
    }
    setDone(null);
  };

  return (
    <Dialog
      open={isOpen}
      onOpenChange={(open) => {
        if (!open) cancel();
        setOpen(open);
      }}
    >
      <DialogTrigger asChild>
        <Button variant="secondary" size="sm">
          <Download /> Export
        </Button>
      </DialogTrigger>
      <DialogContent
        title="Export the ledger"
        description={`${formatNumber(total)} entries that your filters find, oldest first.`}
      >
        <div className="flex flex-col gap-4">
          <Field
            label="Format"
            hint={
              format === "csv"
                ? "For spreadsheets. Cells that they would run as formulas are made text."
                : isWhole
                  ? "Keys, checkpoints and whole entries, one a line: npx ledgix verify checks the file offline."
                  : "Whole entries with hashes and receipts, one a line. Without filters the file is a log that verifies offline."
            }
          >
            {(ids) => (
              <Select
                {...ids}
                value={format}
                disabled={done !== null}
                onChange={(event) => setFormat(event.target.value === "csv" ? "csv" : "jsonl")}
              >
                <option value="csv">CSV</option>
                <option value="jsonl">JSON Lines</option>
              </Select>
            )}
          </Field>
          {done !== null && (
            <div aria-live="polite" className="flex flex-col gap-1.5">
              <Progress label="Exporting" share={total === 0 ? 0 : Math.min(1, done / total)} />
              <p className="text-muted">
                {formatNumber(done)} of {formatNumber(Math.max(total, done))}
              </p>
            </div>
          )}
          <div className="flex justify-end gap-2">
            {done !== null && (
              <Button variant="secondary" onClick={cancel}>
                Cancel
              </Button>
            )}
            <Button disabled={done !== null} onClick={() => void run()}>
              {done === null ? "Export" : "Exporting…"}
            </Button>
          </div>
        </div>
      </DialogContent>
    </Dialog>
  );
}
