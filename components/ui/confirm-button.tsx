"use client";

import { useState } from "react";
import { Button, type ButtonProps } from "./button";
import { Dialog, DialogContent, DialogTrigger } from "./dialog";

type Props = {
  label: string;
  /** Where the label alone does not say on what it acts. */
  accessibleLabel?: string;
  title: string;
  /** What will happen, to whom. Never "Are you sure?". */
  consequence: string;
  confirm: string;
  onConfirm: () => void;
  variant?: ButtonProps["variant"];
};

/** Danger is slow: a button that names its consequence before it acts. */
export function ConfirmButton({ label, accessibleLabel, title, consequence, confirm, onConfirm, variant = "ghost" }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog open={isOpen} onOpenChange={setOpen}>
      <DialogTrigger asChild>
        <Button variant={variant} size="sm" {...(accessibleLabel && { "aria-label": accessibleLabel })}>
          {label}
        </Button>
      </DialogTrigger>
      <DialogContent title={title} description={consequence}>
        <div className="flex justify-end">
          <Button
            variant="danger"
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  );
}
