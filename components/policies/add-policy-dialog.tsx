"use client";

import { useQueryClient } from "@tanstack/react-query";
import { ListChecks, Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { UploadForm } from "./upload-form";

/** A button with the dialog that it opens. */
export function AddPolicy({ client, isSecondary = false }: { client: string; isSecondary?: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <AddPolicyButton isSecondary={isSecondary} onClick={() => setOpen(true)} />
      <AddPolicyDialog client={client} isOpen={isOpen} setOpen={setOpen} />
    </>
  );
}

export function AddPolicyButton({ isSecondary = false, onClick }: { isSecondary?: boolean; onClick: () => void }) {
  return (
    <Button size="sm" variant={isSecondary ? "secondary" : "primary"} onClick={onClick}>
      <Plus /> Add policy
    </Button>
  );
}

type Props = { client: string; isOpen: boolean; setOpen: (isOpen: boolean) => void };

/** A policy begins as documents to read, or as rules that are written. It stays open while the list behind it changes. */
export function AddPolicyDialog({ client, isOpen, setOpen }: Props) {
  const queries = useQueryClient();
  const done = () => {
    setOpen(false);
    void queries.invalidateQueries({ queryKey: [client, "policies"] });
  };
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
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
