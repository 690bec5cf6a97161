"use client";

import { useSyncExternalStore } from "react";

const neverChanges = () => () => {};

/** Says beforehand that forms sent from here are refused: the console is open at another address than its own. */
export function OtherAddress({ consoleUrl, names }: { consoleUrl: string; names: string[] }) {
  const here = useSyncExternalStore(
    neverChanges,
    () => location.href,
    () => null,
  );
  if (here === null) return null;
  const [at, own] = [new URL(here), new URL(consoleUrl)];
  const isOwn = at.origin === own.origin || (names.includes(at.hostname) && at.port === own.port);
  if (isOwn) return null;
  return (
    <p role="alert" className="rounded-md border border-line p-3 text-sm">
      You are at {at.origin}, and this console's address is {own.origin}. What you send from here is refused.{" "}
      <a href={new URL(at.pathname, own).href} className="text-accent underline underline-offset-2">
        Open {own.host}
      </a>
    </p>
  );
}
