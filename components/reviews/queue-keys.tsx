"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { isTyping } from "@/components/shell/is-typing";
import { reviewsQuery } from "@/lib/vault/queries";
import { useReviewFilter } from "./review-filter";
import { useSelection } from "./selection";

const ESCAPE = "Escape";

// Read when it is first asked for.
const KeyboardLegend = dynamic(() => import("./keyboard-legend").then((module) => module.KeyboardLegend), { ssr: false });

/** Triage by keyboard. Keys act only while nothing is being typed. */
export function QueueKeys({ client, selected, mayDecide }: { client: string; selected: string | null; mayDecide: boolean }) {
  const router = useRouter();
  const query = useSearchParams().toString();
  const { data } = useInfiniteQuery(reviewsQuery(client, useReviewFilter()));
  const { toggle } = useSelection();
  const [isLegendOpen, setLegendOpen] = useState(false);

  // Keys may come faster than pages open: each goes on from where the last one led.
  const current = useRef(selected);
  useEffect(() => {
    current.current = selected;
  }, [selected]);

  useEffect(() => {
    const ids = data?.pages.flatMap((page) => page.reviews.map((review) => review.request_id)) ?? [];
    const suffix = query && `?${query}`;
    const go = (step: 1 | -1) => {
      const at = current.current;
      const next = ids[at === null ? 0 : ids.indexOf(at) + step];
      if (!next) return;
      current.current = next;
      router.push(`/${client}/reviews/${next}${suffix}`);
    };
    const back = () => {
      if (current.current === null) return;
      current.current = null;
      router.push(`/${client}/reviews${suffix}`);
    };
    const actions: Record<string, () => void> = {
      j: () => go(1),
      k: () => go(-1),
      "/": () => document.getElementById("queue-search")?.focus(),
      "?": () => setLegendOpen(true),
      [ESCAPE]: back,
      ...(mayDecide && {
        a: () => document.getElementById("approve")?.focus(),
        d: () => document.getElementById("deny")?.focus(),
        x: () => current.current && toggle(current.current),
        t: () => document.getElementById("take")?.click(),
        c: () => document.getElementById("comment")?.focus(),
      }),
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const action = actions[event.key];
      if (!action || isTyping(event) || event.metaKey || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [client, data, mayDecide, query, router, toggle]);

  return isLegendOpen && <KeyboardLegend close={() => setLegendOpen(false)} />;
}
