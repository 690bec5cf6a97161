"use client";

import { useQueryClient } from "@tanstack/react-query";
import { FileUp, ListChecks, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { RulesForm } from "./rules-form";
import { UploadForm } from "./upload-form";

type Props = { client: string; isSecondary?: boolean; isInitiallyOpen?: boolean };

/** A policy is a document to read, or rules that decide. */
export function AddPolicyDialog({ client, isSecondary = false, isInitiallyOpen = false }: Props) {
  const [isOpen, setOpen] = useState(isInitiallyOpen);
  const [kind, setKind] = useState<"document" | "rules">("document");
  const queries = useQueryClient();
  const done = () => {
    setOpen(false);
    void queries.invalidateQueries({ queryKey: [client, "policies"] });
  };
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button size="sm" variant={isSecondary ? "secondary" : "primary"}>
          <Plus /> Add policy
        </Button>
      </DialogTrigger>
      <DialogContent title="Add a policy" className="sm:w-[min(40rem,calc(100vw-2rem))]">
        <fieldset className="mb-4 grid grid-cols-2 gap-2">
          <legend className="sr-only">Kind of policy</legend>
          <Button
            size="sm"
            variant={kind === "document" ? "secondary" : "ghost"}
            aria-pressed={kind === "document"}
            onClick={() => setKind("document")}
          >
            <FileUp /> Upload a document
          </Button>
          <Button
            size="sm"
            variant={kind === "rules" ? "secondary" : "ghost"}
            aria-pressed={kind === "rules"}
            onClick={() => setKind("rules")}
          >
            <ListChecks /> Write rules
          </Button>
        </fieldset>
        {kind === "document" ? <UploadForm client={client} onDone={done} /> : <RulesForm client={client} onDone={done} />}
      </DialogContent>
    </Dialog>
  );
}
