import type { ReactNode } from "react";
import { Button } from "./button";

type Props = {
  error?: string | null;
  submit: ReactNode;
  isPending: boolean;
  onSubmit: (form: FormData) => void;
  children: ReactNode;
};

/** A form that keeps what was entered where it is refused, and says why above its button. */
export function Form({ error, submit, isPending, onSubmit, children }: Props) {
  return (
    <form
      className="flex flex-col gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(new FormData(event.currentTarget));
      }}
    >
      {children}
      {error && <FormAlert>{error}</FormAlert>}
      <div className="flex justify-end">
        <Button type="submit" disabled={isPending}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

export function FormAlert({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="rounded-md bg-denied-soft px-3 py-2 text-denied">
      {children}
    </p>
  );
}

/** Fields that belong together, under a line with their name. */
export function FormGroup({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line pt-3">
      <legend className="float-left mb-1 w-full text-muted">{legend}</legend>
      {children}
    </fieldset>
  );
}
