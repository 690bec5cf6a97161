"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

type Selection = { ids: ReadonlySet<string>; toggle: (id: string) => void; replace: (ids: Iterable<string>) => void };

const SelectionContext = createContext<Selection>({ ids: new Set(), toggle: () => {}, replace: () => {} });

/** The cases that are picked for a batch. They stay picked while one of them is read. */
export function SelectionProvider({ children }: { children: ReactNode }) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const selection = useMemo<Selection>(
    () => ({
      ids,
      toggle: (id) =>
        setIds((before) => {
          const next = new Set(before);
          if (!next.delete(id)) next.add(id);
          return next;
        }),
      replace: (next) => setIds(new Set(next)),
    }),
    [ids],
  );
  return <SelectionContext value={selection}>{children}</SelectionContext>;
}

export const useSelection = () => useContext(SelectionContext);
