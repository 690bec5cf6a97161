"use client";

import { Bookmark } from "lucide-react";
import { lazy } from "react";
import { Button } from "@/components/ui/button";
import { OpensOnPress } from "@/components/ui/opens-on-press";

const readMenu = () => import("./saved-views-menu").then((module) => ({ default: module.SavedViewsMenu }));
const SavedViewsMenu = lazy(readMenu);

/** The button to the saved views. */
export function SavedViews({ client, maySave }: { client: string; maySave: boolean }) {
  const trigger = (
    <Button variant="secondary" aria-label="Saved views">
      <Bookmark />
    </Button>
  );
  return (
    <OpensOnPress trigger={trigger} popup="menu" preload={readMenu}>
      {(button) => <SavedViewsMenu client={client} maySave={maySave} trigger={button} />}
    </OpensOnPress>
  );
}
