"use client";

import type { JsonObject } from "@ledgix/contract/json";
import { diffJson } from "diff";

/** The arguments against those of another call: what came, what went, line by line, with a sign and not by colour alone. */
export function ArgumentsDiff({ before, after }: { before: JsonObject; after: JsonObject }) {
  let line = 0;
  return (
    <pre className="overflow-x-auto rounded-lg border border-line bg-sunken p-3 font-mono text-xs leading-5">
      {diffJson(before, after).flatMap((part) =>
        part.value
          .replace(/\n$/, "")
          .split("\n")
          .map((text) => {
            line += 1;
            if (part.added)
              return (
                <ins key={line} className="block bg-approved-soft text-approved no-underline">
                  + {text}
                </ins>
              );
            if (part.removed)
              return (
                <del key={line} className="block bg-denied-soft text-denied no-underline">
                  - {text}
                </del>
              );
            return (
              <span key={line} className="block text-muted">
                {"  "}
                {text}
              </span>
            );
          }),
      )}
    </pre>
  );
}
