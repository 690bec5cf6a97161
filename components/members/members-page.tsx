"use client";

import { type Role, roles } from "@ledgix/contract/permissions";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTransition } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/ui/state";
import { Time } from "@/components/ui/time";
import type { ActionResult } from "@/lib/action-result";
import { changeRole, removeMember, withdrawInvitation } from "@/lib/members/actions";
import { type InvitationRow, type MemberRow, roleHints } from "@/lib/members/schema";
import { membersQuery } from "@/lib/vault/queries";
import { InviteDialog } from "./invite-dialog";

type Props = { client: string; self: string; role: Role; mayManage: boolean };

export function MembersPage({ client, self, role, mayManage }: Props) {
  const { data, error, refetch } = useQuery(membersQuery(client));
  const queries = useQueryClient();
  const [isPending, start] = useTransition();
  const run = (act: () => Promise<ActionResult>, done: string) =>
    start(async () => {
      const result = await act();
      await queries.invalidateQueries({ queryKey: membersQuery(client).queryKey });
      if (result.ok) toast.success(done);
      else toast.error(result.error);
    });
  return (
    <Page
      title="Members"
      description="Who may do what. Vault checks each call against this list, from one moment to the next."
      actions={mayManage && <InviteDialog client={client} mayMakeOwners={role === "owner"} />}
    >
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading members" rows={3} />
        ) : (
          <ul aria-label="Members" className="divide-y divide-line">
            {data.members.map((member) => (
              <MemberLine
                key={member.user_id}
                member={member}
                isSelf={member.email === self}
                ownRole={role}
                mayManage={mayManage && !isPending}
                onRole={(next) => run(() => changeRole(client, member.user_id, next), `${member.email} is ${next} now.`)}
                onRemove={() => run(() => removeMember(client, member.user_id), `${member.email} is no member any more.`)}
              />
            ))}
            {data.invitations.map((invitation) => (
              <InvitationLine
                key={invitation.id}
                invitation={invitation}
                mayManage={mayManage && !isPending}
                onWithdraw={() =>
                  run(() => withdrawInvitation(client, invitation.id), `The invitation of ${invitation.email} is withdrawn.`)
                }
              />
            ))}
          </ul>
        )}
      </Panel>
      <dl className="grid grid-cols-[6rem_1fr] gap-x-4 gap-y-1 text-muted">
        {roles.map((name) => (
          <div key={name} className="contents">
            <dt className="text-ink">{name}</dt>
            <dd>{roleHints[name]}</dd>
          </div>
        ))}
      </dl>
    </Page>
  );
}

function MemberLine(props: {
  member: MemberRow;
  isSelf: boolean;
  ownRole: Role;
  mayManage: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
}) {
  const { member, isSelf, ownRole, mayManage, onRole, onRemove } = props;
  const mayChange = mayManage && (ownRole === "owner" || member.role !== "owner");
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <p className="min-w-0 flex-1 basis-60">
        <span className="font-semibold break-all">{member.email}</span> {isSelf && <Badge>you</Badge>}
        <span className="block text-xs text-muted">
          since <Time at={member.created_at} />
        </span>
      </p>
      {mayChange ? (
        <Select
          aria-label={`Role of ${member.email}`}
          className="w-36"
          value={member.role}
          onChange={(event) => onRole(roles.find((name) => name === event.target.value) ?? member.role)}
        >
          {roles
            .filter((name) => name !== "owner" || ownRole === "owner")
            .map((name) => (
              <option key={name}>{name}</option>
            ))}
        </Select>
      ) : (
        <span className="w-36 px-3">{member.role}</span>
      )}
      <div className="flex w-20 justify-end">
        {(mayChange || isSelf) && (
          <ConfirmButton
            label={isSelf ? "Leave" : "Remove"}
            accessibleLabel={isSelf ? "Leave this tenant" : `Remove ${member.email}`}
            title={isSelf ? "Leave this tenant" : `Remove ${member.email}`}
            consequence={
              isSelf
                ? "You lose access at once. Somebody who manages members can invite you again."
                : "They lose access within seconds. What they decided stays in the ledger; keys that they created go on working."
            }
            confirm={isSelf ? "Leave tenant" : "Remove member"}
            onConfirm={onRemove}
          />
        )}
      </div>
    </li>
  );
}

function InvitationLine(props: { invitation: InvitationRow; mayManage: boolean; onWithdraw: () => void }) {
  const { invitation, mayManage, onWithdraw } = props;
  const isExpired = Date.parse(invitation.expires_at) < Date.now();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <p className="min-w-0 flex-1 basis-60">
        <span className="break-all text-muted">{invitation.email}</span>{" "}
        <Badge tone={isExpired ? "denied" : "accent"}>{isExpired ? "expired" : "invited"}</Badge>
        <span className="block text-xs text-muted">
          {isExpired ? "expired " : "until "}
          <Time at={invitation.expires_at} />
        </span>
      </p>
      <span className="w-36 px-3 text-muted">{invitation.role}</span>
      <div className="flex w-20 justify-end">
        {mayManage && (
          <Button variant="ghost" size="sm" onClick={onWithdraw} aria-label={`Withdraw the invitation of ${invitation.email}`}>
            Withdraw
          </Button>
        )}
      </div>
    </li>
  );
}
