"use client";

import { useQuery } from "@tanstack/react-query";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { Time } from "@/components/ui/time";
import { confirmFactor, listFactors, type NewFactor, removeFactor, startFactor } from "@/lib/auth/second-factor-actions";

type Step = { kind: "begin" } | { kind: "confirm"; factor: NewFactor } | { kind: "remove"; id: string };
const TITLES: Record<Step["kind"], string> = {
  begin: "Add an authenticator app",
  confirm: "Scan the code with your app",
  remove: "Remove the second factor",
};

/** An authenticator app as a second step of signing in. */
export function SecondFactor() {
  const { data, refetch } = useQuery({ queryKey: ["second-factor"], queryFn: () => listFactors() });
  const [step, setStep] = useState<Step | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const go = (next: Step | null) => {
    setError(null);
    setStep(next);
  };
  const submit = (form: FormData) =>
    start(async () => {
      const [current, code] = [String(form.get("current")), String(form.get("code"))];
      if (step?.kind === "begin") {
        const result = await startFactor({ current });
        return result.ok ? go({ kind: "confirm", factor: result.data }) : setError(result.error);
      }
      const result =
        step?.kind === "confirm"
          ? await confirmFactor({ id: step.factor.id, code })
          : await removeFactor({ id: step?.id ?? "", current });
      if (!result.ok) return setError(result.error);
      toast.success(
        step?.kind === "confirm" ? "From now on signing in asks for a code." : "Signing in asks for the password alone.",
      );
      go(null);
      await refetch();
    });
  if (data === undefined) return <SkeletonRows rows={1} label="Reading the second factor" />;
  const [factor] = data.ok ? data.data : [];
  return (
    <Panel className="flex flex-wrap items-center justify-between gap-3 p-5">
      <div className="min-w-0 flex-1 basis-72">
        <h2 className="font-semibold">Second factor</h2>
        <p className="text-muted">
          {!data.ok ? (
            data.error
          ) : factor ? (
            <>
              {factor.name}, since <Time at={factor.since} />. Signing in asks for its code.
            </>
          ) : (
            "A code of an authenticator app, asked for after your password."
          )}
        </p>
      </div>
      {data.ok && (
        <Button variant="secondary" size="sm" onClick={() => go(factor ? { kind: "remove", id: factor.id } : { kind: "begin" })}>
          {factor ? "Remove…" : "Add an app…"}
        </Button>
      )}
      <Dialog open={step !== null} onOpenChange={(isOpen) => !isOpen && go(null)}>
        {step && (
          <DialogContent title={TITLES[step.kind]}>
            <Form
              key={step.kind}
              submit={step.kind === "begin" ? "Go on" : step.kind === "confirm" ? "Confirm" : "Remove the second factor"}
              isPending={isPending}
              error={error}
              onSubmit={submit}
            >
              {step.kind === "confirm" ? (
                <NewApp factor={step.factor} />
              ) : (
                <Field label="Current password">
                  {(ids) => <Input {...ids} name="current" type="password" autoComplete="current-password" required />}
                </Field>
              )}
            </Form>
          </DialogContent>
        )}
      </Dialog>
    </Panel>
  );
}

function NewApp({ factor }: { factor: NewFactor }) {
  return (
    <>
      {/* biome-ignore lint/performance/noImgElement: a data address, which nothing could make smaller */}
      <img src={factor.qrCode} alt="QR code for your authenticator app" className="size-44 self-center rounded-md bg-white p-2" />
      <div className="flex flex-wrap items-center gap-2 text-muted">
        <span>Or enter this key:</span>
        <code className="break-all text-ink">{factor.secret}</code>
        <CopyButton text={factor.secret} label="Copy the key" />
      </div>
      <Field label="Code" hint="The six digits that the app shows now.">
        {(ids) => <Input {...ids} name="code" inputMode="numeric" autoComplete="one-time-code" maxLength={7} required />}
      </Field>
    </>
  );
}
