"use client";

import type { ReviewEvent } from "@ledgix/contract/review";
import { describeCall } from "@ledgix/sentence/describe";
import { type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/page";
import { reviewQuery, reviewsQuery, settingsQuery, waitingCases } from "@/lib/vault/queries";

/** Whether this browser shows notices: its own choice, beside the browser's permission. */
const KEPT_CHOICE = "ledgix-browser-notices";
const isOn = () =>
  "Notification" in window && Notification.permission === "granted" && localStorage.getItem(KEPT_CHOICE) === "on";

/** Tells of a paused case while the console is not looked at. A press opens it. */
export async function noticeInBrowser(queries: QueryClient, client: string, event: ReviewEvent): Promise<void> {
  if (event.type !== "review.pending" || !document.hidden || !isOn()) return;
  const [review, settings] = await Promise.all([
    queries.fetchQuery(reviewQuery(client, event.request_id)),
    queries.fetchQuery({ ...settingsQuery(client), staleTime: 60_000 }),
  ]);
  const template = Object.hasOwn(settings.templates, review.tool_name) ? settings.templates[review.tool_name] : undefined;
  const sentence = describeCall(review, template);
  // The tag is the case: of several open tabs one notice stands.
  const notice = new Notification(`${sentence.agent} ${sentence.text}`, { body: review.reason, tag: event.request_id });
  notice.onclick = () => {
    window.focus();
    window.location.assign(`/${client}/reviews/${event.request_id}`);
  };
}

/** How many cases wait, in the tab's title and on the app's icon where there is one. */
export function PendingBadge({ client }: { client: string }) {
  const { data } = useInfiniteQuery(reviewsQuery(client, waitingCases));
  const count = data?.pages[0]?.total_pending ?? 0;
  useEffect(() => {
    const bare = () => document.title.replace(/^\(\d+\) /, "");
    const show = () => {
      const wanted = count > 0 ? `(${count}) ${bare()}` : bare();
      if (document.title !== wanted) document.title = wanted;
    };
    show();
    // A page that opens sets its own title, a moment after its address.
    const observer = new MutationObserver(show);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    if ("setAppBadge" in navigator) void (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => {});
    return () => observer.disconnect();
  }, [count]);
  return null;
}

export function BrowserNoticesSetting() {
  const [state, setState] = useState<"unknown" | "unsupported" | "denied" | "on" | "off">("unknown");
  useEffect(() => {
    if (!("Notification" in window)) setState("unsupported");
    else setState(Notification.permission === "denied" ? "denied" : isOn() ? "on" : "off");
  }, []);
  const switchOn = async () => {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") {
      setState(permission === "denied" ? "denied" : "off");
      toast.error("The browser does not allow notices from this site.");
      return;
    }
    localStorage.setItem(KEPT_CHOICE, "on");
    setState("on");
  };
  const switchOff = () => {
    localStorage.removeItem(KEPT_CHOICE);
    setState("off");
  };
  const words = {
    unknown: "",
    unsupported: "This browser has no notices.",
    denied: "The browser blocks notices from this site. Allow them in its settings, then come back.",
    on: "A paused case shows as a notice while you look elsewhere. For this browser.",
    off: "Be told of a paused case while the console is open and you look elsewhere. For this browser.",
  };
  return (
    <Panel className="flex flex-wrap items-start justify-between gap-3 p-5">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="font-semibold">Browser notices</h2>
        <p className="text-muted">{words[state]}</p>
      </div>
      {state === "off" && (
        <Button size="sm" variant="secondary" onClick={() => void switchOn()}>
          Show notices
        </Button>
      )}
      {state === "on" && (
        <Button size="sm" variant="secondary" onClick={switchOff}>
          Stop notices
        </Button>
      )}
    </Panel>
  );
}
