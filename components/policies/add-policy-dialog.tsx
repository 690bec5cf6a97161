"use client";

import { useQueryClient } from "@tanstack/react-query";
import { ListChecks, Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { UploadForm } from "./upload-form";

type Props = { client: string; isSecondary?: boolean; isInitiallyOpen?: boolean };

/** A policy begins as documents to read, or as rules that are written. */
export function AddPolicyDialog({ client, isSecondary = false, isInitiallyOpen = false }: Props) {
  const [isOpen, setOpen] = useState(isInitiallyOpen);
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
        <UploadForm client={client} onDone={done} />
        <p className="mt-4 flex flex-wrap items-center gap-2 border-t border-line pt-4 text-muted">
          No document at hand?
          <Button asChild size="sm" variant="secondary">
            <Link href={`/${client}/policies/new`}>
              <ListChecks /> Write rules
            </Link>
          </Button>
        </p>
      </DialogContent>
    </Dialog>
  );
}
