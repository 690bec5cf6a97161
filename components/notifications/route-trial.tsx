"use client";

import type { NotificationRoute, routePreview, routeTestResult } from "@ledgix/contract/notifications";
import { CircleCheck, CircleX } from "lucide-react";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import type { z } from "zod";
import { Button } from "@/components/ui/button";
import { previewRoute, testRoute } from "@/lib/notifications/actions";
import { SlackPreview } from "./slack-preview";

type Preview = z.infer<typeof routePreview>;
type Results = z.infer<typeof routeTestResult>["results"];

/** How the route's message looks, and whether it arrives, before it counts. */
export function RouteTrial({ client, parse }: { client: string; parse: () => NotificationRoute | null }) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [results, setResults] = useState<Results | null>(null);
  const [isPending, start] = useTransition();
  const run = (act: (route: NotificationRoute) => Promise<void>) => {
    const route = parse();
    if (route) start(() => act(route));
  };
  const show = () =>
    run(async (route) => {
      const result = await previewRoute(client, route, route.events[0] ?? "review.pending");
      if (result.ok) setPreview(result.data);
      else toast.error(result.error);
    });
  const send = () =>
    run(async (route) => {
      const result = await testRoute(client, route, route.events[0] ?? "review.pending");
      if (result.ok) setResults(result.data.results);
      else toast.error(result.error);
    });
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-3">
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" size="sm" disabled={isPending} onClick={show}>
          Preview
        </Button>
        <Button variant="secondary" size="sm" disabled={isPending} onClick={send}>
          {isPending ? "One moment…" : "Send a test"}
        </Button>
      </div>
      {results && (
        <ul aria-label="Results of the test" aria-live="polite" className="flex flex-col gap-1">
          {results.length === 0 && <li className="text-muted">The route names nobody yet, so nothing was sent.</li>}
          {results.map((each) => (
            <li key={`${each.channel}${each.target}`} className="flex items-start gap-2">
              {each.ok ? (
                <CircleCheck className="mt-0.5 size-4 shrink-0 text-approved" aria-label="sent" />
              ) : (
                <CircleX className="mt-0.5 size-4 shrink-0 text-denied" aria-label="not sent" />
              )}
              <span className="min-w-0 break-words">
                {each.target}: <span className="text-muted">{each.detail}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {preview && (
        <div className="grid gap-4 md:grid-cols-2">
          <figure className="flex flex-col gap-1.5">
            <figcaption className="text-xs text-muted">
              E-mail: <span className="text-ink">{preview.mail.subject}</span>
            </figcaption>
            <iframe
              title="E-mail preview"
              sandbox=""
              srcDoc={preview.mail.html}
              className="h-80 w-full rounded-md border border-line bg-white"
            />
          </figure>
          <figure className="flex flex-col gap-1.5">
            <figcaption className="text-xs text-muted">Slack</figcaption>
            <SlackPreview blocks={preview.slack.blocks} />
          </figure>
        </div>
      )}
    </div>
  );
}
