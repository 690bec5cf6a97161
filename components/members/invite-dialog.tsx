"use client";

import { roles } from "@ledgix/contract/permissions";
import { useQueryClient } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog, DialogContent, DialogTrigger } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input, Select } from "@/components/ui/input";
import { inviteMember } from "@/lib/members/actions";
import { newInvitation, roleHints } from "@/lib/members/schema";
import { membersQuery } from "@/lib/vault/queries";

type Invited = { email: string; link: string; isMailed: boolean; mailProblem: string | null };

export function InviteDialog({ client, mayMakeOwners }: { client: string; mayMakeOwners: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const [invited, setInvited] = useState<Invited | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const change = (open: boolean) => {
    setOpen(open);
    setInvited(null);
    setError(null);
  };
  const submit = (form: FormData) => {
    const parsed = newInvitation.safeParse(Object.fromEntries(form));
    if (!parsed.success) return setError(parsed.error.issues[0]?.message ?? "Check the address.");
    start(async () => {
      const result = await inviteMember(client, parsed.data);
      if (!result.ok) return setError(result.error);
      setInvited({ email: parsed.data.email, ...result.data });
      await queries.invalidateQueries({ queryKey: membersQuery(client).queryKey });
    });
  };
  return (
    <Dialog open={isOpen} onOpenChange={change}>
      <DialogTrigger asChild>
        <Button size="sm">
          <UserPlus /> Invite
        </Button>
      </DialogTrigger>
      {invited ? (
        <DialogContent
          title={invited.isMailed ? "Invitation sent" : "Hand this link over"}
          description={
            invited.isMailed
              ? `${invited.email} has a mail with a link. Here is the same link, in case it goes astray.`
              : `${invited.mailProblem ?? "No mail server is configured."} The link works for ${invited.email} alone, for seven days.`
          }
        >
          <div className="flex flex-col gap-4">
            <output className="block rounded-md border border-line bg-sunken p-3 font-mono text-xs break-all select-all">
              {invited.link}
            </output>
            <div className="flex justify-between">
              <CopyButton text={invited.link} label="Copy link" />
              <Button onClick={() => change(false)}>Done</Button>
            </div>
          </div>
        </DialogContent>
      ) : (
        <DialogContent title="Invite a member" description="They get a mail with a link that works for their address alone.">
          <Form submit={isPending ? "Inviting…" : "Send invitation"} isPending={isPending} onSubmit={submit}>
            <Field label="E-mail" error={error}>
              {(ids) => <Input {...ids} name="email" type="email" autoComplete="off" placeholder="reviewer@example.com" />}
            </Field>
            <Field label="Role">
              {(ids) => (
                <Select {...ids} name="role" defaultValue="reviewer">
                  {roles
                    .filter((name) => name !== "owner" || mayMakeOwners)
                    .map((name) => (
                      <option key={name} value={name}>
                        {name}: {roleHints[name]}
                      </option>
                    ))}
                </Select>
              )}
            </Field>
          </Form>
        </DialogContent>
      )}
    </Dialog>
  );
}
