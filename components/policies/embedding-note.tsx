"use client";

import { useQuery } from "@tanstack/react-query";
import { Panel } from "@/components/ui/page";
import { Progress } from "@/components/ui/progress";
import { embeddingQuery } from "@/lib/vault/policy-queries";

/** While passages are embedded by another model than before: how far that is, and what serves until then. */
export function EmbeddingNote({ client }: { client: string }) {
  const { data } = useQuery(embeddingQuery(client));
  if (data === undefined || data.configured === data.serving || data.wanted === 0) return null;
  return (
    <Panel className="flex flex-col gap-2 px-4 py-3">
      <p>
        Passages are embedded again by <span className="font-mono text-xs">{data.configured}</span>: {data.known} of {data.wanted}
        . Until then <span className="font-mono text-xs">{data.serving}</span> serves.
      </p>
      <Progress label="Embedding again" share={data.known / data.wanted} />
    </Panel>
  );
}
