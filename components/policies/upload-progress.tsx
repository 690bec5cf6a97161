"use client";

import type { PolicyUpload } from "@ledgix/contract/policy";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useEffect } from "react";
import { Panel } from "@/components/ui/page";
import { Progress } from "@/components/ui/progress";
import { Time } from "@/components/ui/time";
import { isOnItsWay, uploadsQuery } from "@/lib/vault/policy-queries";

/** Refusals of the last minutes stay in sight; older ones are history. */
const SHOWN_MS = 15 * 60_000;

/** Documents on their way, by stage and page, and those that could not be read. Survives a reload: Vault keeps it. */
export function UploadProgress({ client }: { client: string }) {
  const { data } = useQuery(uploadsQuery(client));
  const queries = useQueryClient();
  const arrived = data?.uploads.filter(({ state }) => state === "embedding" || state === "ready").length;
  // A document that arrived is a policy now.
  useEffect(() => {
    if (arrived) void queries.invalidateQueries({ queryKey: [client, "policies"] });
  }, [arrived, client, queries]);
  const shown = data?.uploads.filter(
    (upload) => isOnItsWay(upload) || (upload.state === "refused" && Date.now() - Date.parse(upload.created_at) < SHOWN_MS),
  );
  if (!shown?.length) return null;
  return (
    <Panel>
      <ul aria-label="Uploads" className="divide-y divide-line">
        {shown.map((upload) => (
          <UploadRow key={upload.upload_id} upload={upload} />
        ))}
      </ul>
    </Panel>
  );
}

const stages = { waiting: "waiting", reading: "reading page", embedding: "indexing passage", ready: "ready", refused: "refused" };

function UploadRow({ upload }: { upload: PolicyUpload }) {
  if (upload.state === "refused") {
    return (
      <li className="flex items-start gap-3 px-4 py-3">
        <CircleAlert className="mt-0.5 size-4 shrink-0 text-denied" aria-hidden />
        <p className="min-w-0 break-words">
          <span className="font-semibold">{upload.file_name}</span> could not be read, and nothing was changed. {upload.reason}{" "}
          <Time at={upload.created_at} className="text-muted" />
        </p>
      </li>
    );
  }
  const where = upload.total > 0 ? ` ${upload.done} of ${upload.total}` : "…";
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <p className="flex flex-wrap justify-between gap-x-4">
        <span className="font-semibold">{upload.title}</span>
        <span className="text-muted" aria-live="polite">
          {stages[upload.state]}
          {where}
        </span>
      </p>
      <Progress label={`${upload.title}: ${stages[upload.state]}`} share={upload.total > 0 ? upload.done / upload.total : 0} />
    </li>
  );
}
