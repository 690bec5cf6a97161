"use client";

import { jsonObject } from "@ledgix/contract/json";
import type { ReviewRule } from "@ledgix/contract/review-rules";
import type { ReviewSettingsUpdate, ShownReviewSettings } from "@ledgix/contract/settings";
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { describeDifferences } from "@/components/proposals/describe-differences";
import { Proposals } from "@/components/proposals/proposals";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Select } from "@/components/ui/input";
import { Page, Panel } from "@/components/ui/page";
import { SkeletonRows } from "@/components/ui/skeleton";
import { EmptyState, ErrorState } from "@/components/ui/state";
import { settingsQuery } from "@/lib/vault/queries";
import { describeDemand, describeWhen } from "./describe-rule";
import { RuleForm } from "./rule-form";
import { useReviewSettings } from "./use-review-settings";

const MEMBERSHIP_DAYS = [0, 1, 3, 7, 14, 30];
const describeDays = (days: number) => (days === 1 ? "1 day" : `${days} days`);

/** Who decides what pauses. The first rule that fits a request is the one for it, from its pause on. */
export function RulesPage({ client, mayWrite }: { client: string; mayWrite: boolean }) {
  const { data, error, refetch } = useQuery(settingsQuery(client));
  const [edited, setEdited] = useState<{ rule: ReviewRule | null; base: ShownReviewSettings } | null>(null);
  const settings = useReviewSettings(client);
  const { isPending } = settings;
  const rules = data?.rules ?? [];
  const save = (update: ReviewSettingsUpdate, done: string, canUndo = false) =>
    data && settings.save({ base: data, update, done, canUndo });
  const put = (rule: ReviewRule) => {
    if (edited === null) return;
    // On what the form began with: a rule that was deleted since is not new.
    const known = edited.base.rules;
    const next = edited.rule === null ? [...known, rule] : known.map((each) => (each.id === rule.id ? rule : each));
    settings.save({
      base: edited.base,
      update: { rules: next },
      done: `The rule ${rule.name} holds for what pauses from now on.`,
      isTyped: true,
      canUndo: true,
      onSettled: () => setEdited(null),
    });
  };
  const move = (from: number, to: number) => {
    const next = [...rules];
    next.splice(to, 0, ...next.splice(from, 1));
    save({ rules: next }, "The order is changed.", true);
  };
  return (
    <Page
      title="Review rules"
      description="Who decides a paused request, how many people, and by when. The first rule that fits is the one. Vault enforces it on every way in; a case keeps the rule that held when it paused."
      actions={
        mayWrite &&
        data && (
          <Button size="sm" onClick={() => setEdited({ rule: null, base: data })}>
            <Plus /> Add rule
          </Button>
        )
      }
    >
      {data && (
        <Proposals
          client={client}
          kinds={["review_settings"]}
          mayWrite={mayWrite}
          linesOf={({ value }) => describeDifferences(jsonObject.parse(data), value)}
          versionOf={() => data.version}
        />
      )}
      <Panel>
        {error ? (
          <ErrorState message={error.message} retry={() => void refetch()} />
        ) : data === undefined ? (
          <SkeletonRows label="Reading rules" rows={3} />
        ) : rules.length === 0 ? (
          <EmptyState title="No rules yet">
            Any owner, admin or reviewer may decide any paused request, alone, at any time. Add a rule for what needs more: two
            people for large refunds, say.
          </EmptyState>
        ) : (
          <ol aria-label="Review rules" className="divide-y divide-line">
            {rules.map((rule, place) => (
              <li key={rule.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
                <div className="min-w-0 flex-1 basis-72">
                  <p className="font-semibold">{rule.name}</p>
                  <p className="break-words">{describeWhen(rule)}</p>
                  <p className="break-words text-muted">{describeDemand(rule)}</p>
                  {data.warnings
                    .filter(({ rule_id }) => rule_id === rule.id)
                    .map(({ detail }) => (
                      <p key={detail} className="flex items-start gap-1.5 break-words text-paused">
                        <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden /> {detail}
                      </p>
                    ))}
                </div>
                {mayWrite && (
                  <div className="flex items-center gap-1">
                    <Button
                      variant="ghost"
                      size="icon"
                      aria-label={`Move ${rule.name} up`}
                      disabled={isPending || place === 0}
                      onClick={() => move(place, place - 1)}
                    >
                      <ArrowUp />
                    </Button>
                    <Button
                      variant="ghost"
                      size="icon"
                      aria-label={`Move ${rule.name} down`}
                      disabled={isPending || place === rules.length - 1}
                      onClick={() => move(place, place + 1)}
                    >
                      <ArrowDown />
                    </Button>
                    <Button
                      variant="secondary"
                      size="sm"
                      aria-label={`Edit ${rule.name}`}
                      onClick={() => setEdited({ rule, base: data })}
                    >
                      Edit
                    </Button>
                    <ConfirmButton
                      label="Delete"
                      accessibleLabel={`Delete ${rule.name}`}
                      title={`Delete the rule ${rule.name}`}
                      consequence="What pauses from now on goes by the next rule that fits, or by none. Cases that wait keep this rule."
                      confirm="Delete rule"
                      onConfirm={() =>
                        save({ rules: rules.filter((known) => known.id !== rule.id) }, `The rule ${rule.name} is deleted.`, true)
                      }
                    />
                  </div>
                )}
              </li>
            ))}
          </ol>
        )}
      </Panel>
      {data && (
        <Panel className="flex flex-col gap-4 p-5">
          <Choice
            label="Nobody decides requests of keys that they created"
            hint="Off at first, so that one person can try the product. A key that may decide counts as the person who created it, and a request whose human principal is not an e-mail address cannot be decided by anyone. Whatever you choose, nobody decides a request made on their own behalf."
            isChosen={data.separate_key_creators}
            disabled={!mayWrite || isPending}
            choose={(chosen) =>
              save(
                { separate_key_creators: chosen },
                chosen ? "Nobody decides requests of keys that they created." : "Creators may decide again.",
              )
            }
          />
          <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1.5">
            <span className="min-w-0 flex-1 basis-72">
              <span id="membership-days" className="block font-semibold">
                New members do not count as one of two people
              </span>
              <span className="text-muted">
                Off at first. Where two people must approve, both must have been members for this long, so that nobody invites a
                second pair of hands.
              </span>
            </span>
            <Select
              aria-labelledby="membership-days"
              className="w-auto"
              value={data.minimum_membership_days}
              disabled={!mayWrite || isPending}
              onChange={(event) => {
                const days = Number(event.target.value);
                save(
                  { minimum_membership_days: days },
                  days === 0
                    ? "Any member is one of two people."
                    : `One of two people has been a member for ${describeDays(days)}.`,
                );
              }}
            >
              {[...new Set([...MEMBERSHIP_DAYS, data.minimum_membership_days])]
                .toSorted((a, b) => a - b)
                .map((days) => (
                  <option key={days} value={days}>
                    {days === 0 ? "Off" : describeDays(days)}
                  </option>
                ))}
            </Select>
          </div>
          <Choice
            label="Deny what no policy covers"
            hint="Off at first: a call that no policy covers waits for a person. When on, such calls are denied at once."
            isChosen={data.deny_uncovered}
            disabled={!mayWrite || isPending}
            choose={(chosen) =>
              save(
                { deny_uncovered: chosen },
                chosen ? "What no policy covers is denied." : "What no policy covers waits for a person again.",
              )
            }
          />
          <Choice
            label="Deployment keys may put policies in force"
            hint="Off at first: what a key writes stays a draft until a member puts it in force. When on, a key that writes policies, and may neither ask for clearance nor decide, puts them in force itself."
            isChosen={data.deployment_keys_activate}
            disabled={!mayWrite || isPending}
            choose={(chosen) =>
              save(
                { deployment_keys_activate: chosen },
                chosen ? "Deployment keys may put policies in force." : "What keys write are drafts again.",
              )
            }
          />
          <Choice
            label="A rule never clears calls of its writer's own keys"
            hint="Off at first. When on, a call waits for a person if the same member created the key that asks and wrote the rule, or created the deployment key that wrote it."
            isChosen={data.separate_rule_writers}
            disabled={!mayWrite || isPending}
            choose={(chosen) =>
              save(
                { separate_rule_writers: chosen },
                chosen ? "No rule clears calls of its writer's own keys." : "Rules clear calls of their writers' keys again.",
              )
            }
          />
        </Panel>
      )}
      <Dialog open={edited !== null} onOpenChange={(open) => !open && setEdited(null)}>
        <DialogContent
          title={edited?.rule ? "Edit the review rule" : "Add a review rule"}
          className="sm:w-[min(42rem,calc(100vw-2rem))]"
        >
          {edited !== null && <RuleForm client={client} rule={edited.rule} isPending={isPending} onSave={put} />}
        </DialogContent>
      </Dialog>
      {settings.dialog}
    </Page>
  );
}

type ChoiceProps = {
  label: string;
  hint: string;
  isChosen: boolean;
  disabled: boolean;
  choose: (chosen: boolean) => void;
};

function Choice({ label, hint, isChosen, disabled, choose }: ChoiceProps) {
  return (
    <label className="flex items-start gap-2.5">
      <input
        type="checkbox"
        className="mt-1 accent-(--accent)"
        checked={isChosen}
        disabled={disabled}
        onChange={(event) => choose(event.target.checked)}
      />
      <span>
        <span className="block font-semibold">{label}</span>
        <span className="text-muted">{hint}</span>
      </span>
    </label>
  );
}
