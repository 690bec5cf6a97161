"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import {
  FileText,
  FlaskConical,
  Grid2x2Check,
  Inbox,
  KeyRound,
  ListChecks,
  Milestone,
  Settings,
  ShieldCheck,
  Upload,
  Wrench,
} from "lucide-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useSentences } from "@/components/reviews/use-sentences";
import { policiesQuery } from "@/lib/vault/policy-queries";
import { keysQuery, reviewsQuery, waitingCases } from "@/lib/vault/queries";
import { destinations, settingsParts } from "./navigation";

const CASES_SHOWN = 8;

/** ⌘K: pages, cases, policies, keys and actions, by typing. */
export function Palette({ client, close }: { client: string; close: () => void }) {
  return (
    <Command.Dialog
      open
      onOpenChange={(isOpen) => !isOpen && close()}
      label="Search and commands"
      overlayClassName="fixed inset-0 z-40 bg-black/45"
      contentClassName="fixed inset-x-3 top-[10vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl border border-line bg-raised shadow-xl"
    >
      <Command.Input
        placeholder="Go to a page, a case, a policy or a key…"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <Entries client={client} close={close} />
    </Command.Dialog>
  );
}

function Entries({ client, close }: { client: string; close: () => void }) {
  const router = useRouter();
  const sentenceOf = useSentences(client);
  const reviews = useInfiniteQuery(reviewsQuery(client, waitingCases));
  const policies = useQuery(policiesQuery(client));
  const keys = useQuery(keysQuery(client));
  const go = (path: string) => {
    close();
    router.push(`/${client}${path}`);
  };
  const cases = reviews.data?.pages[0]?.reviews.slice(0, CASES_SHOWN) ?? [];

  return (
    <Command.List className="max-h-[50vh] overflow-y-auto p-2">
      <Command.Empty className="p-6 text-center text-muted">Nothing fits. Try a tool, an agent or a page.</Command.Empty>
      <Group heading="Pages">
        {destinations.map(({ path, label, icon: Icon }) => (
          <Item key={path} value={`page ${label}`} onSelect={() => go(path)} icon={<Icon />}>
            {label}
          </Item>
        ))}
      </Group>
      <Group heading="Actions">
        <Item value="action create key" onSelect={() => go("/keys?new=1")} icon={<KeyRound />}>
          Create an API key
        </Item>
        <Item value="action upload add policy" onSelect={() => go("/policies?new=1")} icon={<Upload />}>
          Add a policy
        </Item>
        <Item value="action write policy rules" onSelect={() => go("/policies/new")} icon={<ListChecks />}>
          Write rules
        </Item>
        <Item value="action try a call policy" onSelect={() => go("/policies/try")} icon={<FlaskConical />}>
          Try a call against the policies
        </Item>
        <Item value="page policy coverage" onSelect={() => go("/policies/coverage")} icon={<Grid2x2Check />}>
          See which tools are governed
        </Item>
        <Item value="page tools arguments mapping amounts" onSelect={() => go("/policies/tools")} icon={<Wrench />}>
          Say what tools' arguments mean
        </Item>
        <Item value="action verify ledger" onSelect={() => go("/ledger/verify")} icon={<ShieldCheck />}>
          Verify the whole ledger
        </Item>
        <Item value="action checkpoints anchors" onSelect={() => go("/ledger/checkpoints")} icon={<Milestone />}>
          See the checkpoints
        </Item>
      </Group>
      {cases.length > 0 && (
        <Group heading="Cases that wait">
          {cases.map((review) => (
            <Item
              key={review.request_id}
              value={`case ${review.request_id} ${review.tool_name}`}
              onSelect={() => go(`/reviews/${review.request_id}`)}
              icon={<Inbox />}
            >
              {review.agent_id} {sentenceOf(review).text}
            </Item>
          ))}
        </Group>
      )}
      {(policies.data?.policies.length ?? 0) > 0 && (
        <Group heading="Policies">
          {policies.data?.policies.map((policy) => (
            <Item
              key={policy.policy_id}
              value={`policy ${policy.policy_id} ${policy.title}`}
              onSelect={() => go(`/policies/${encodeURIComponent(policy.policy_id)}`)}
              icon={<FileText />}
            >
              {policy.title}
            </Item>
          ))}
        </Group>
      )}
      {(keys.data?.keys.length ?? 0) > 0 && (
        <Group heading="Keys">
          {keys.data?.keys.map((key) => (
            <Item key={key.id} value={`key ${key.name} ${key.prefix}`} onSelect={() => go("/keys")} icon={<KeyRound />}>
              {key.name} <span className="font-mono text-xs text-muted">{key.prefix}…</span>
            </Item>
          ))}
        </Group>
      )}
      <Group heading="Settings">
        {settingsParts.map(([path, label]) => (
          <Item
            key={`settings${path}`}
            value={`page settings ${label}`}
            onSelect={() => go(`/settings${path}`)}
            icon={<Settings />}
          >
            {label}
          </Item>
        ))}
      </Group>
    </Command.List>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="mb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Item({ icon, children, ...props }: { icon: ReactNode; children: ReactNode; value: string; onSelect: () => void }) {
  return (
    <Command.Item
      className="flex h-9 cursor-pointer items-center gap-2.5 truncate rounded-md px-2 data-[selected=true]:bg-accent-soft [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
      {...props}
    >
      {icon}
      <span className="truncate">{children}</span>
    </Command.Item>
  );
}
