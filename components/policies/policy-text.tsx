"use client";

import { useEffect, useRef } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { highlightRange, MARK, type Range } from "./highlight-range";

/**
 * A policy's document as it reads. react-markdown renders no raw HTML, so nothing in it can run, and pictures are left out. With a place,
 * as a citation has one, it opens there.
 */
export function PolicyText({ text, highlight }: { text: string; highlight: Range | null }) {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (highlight) container.current?.querySelector(`[${MARK}]`)?.scrollIntoView({ block: "center" });
  }, [highlight]);
  return (
    <div ref={container} className="policy-text max-w-prose text-base">
      <Markdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={highlight ? [[highlightRange, highlight]] : []}
        components={{ img: () => null, a: ({ children }) => <span>{children}</span> }}
      >
        {text}
      </Markdown>
    </div>
  );
}
