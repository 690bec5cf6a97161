import { type Governing, governing } from "@ledgix/governing/governing";
import { isCounting, settleWithin } from "@ledgix/governing/settle-call";
import { readThreshold } from "./governed.ts";
import { judgedCall, type Minting } from "./minted-call.ts";
import { MintRefused } from "./refuse-mint.ts";

/** What governs a mint now, and what its rules say that is not against it. */
export type SettledMint = {
  governed: Governing;
  effect: "allow" | null;
  isCounted: boolean;
  threshold: number;
};

/**
 * Asks the rules about a mint, as they are now and with what the mint itself says. Their denial or pause is the answer; what they leave
 * open or allow, others may decide.
 *
 * @throws {MintRefused}
 */
export async function settleMint({ deps, transaction, principal, original, call, requestId }: Minting): Promise<SettledMint> {
  const governed = await governing(transaction, call.tool_name);
  const { effect, rules, unsure } = await settleWithin(
    transaction,
    governed,
    judgedCall(call, principal.clientId, requestId, deps.now()),
  );
  const rule = governed.rules[rules[0] ?? unsure[0]?.rule ?? -1]?.text ?? "";
  if (effect === "deny") throw new MintRefused("mint_denied", `Your rule denies it: ${rule}`, original, call);
  if (effect === "review") {
    const why = rules.length > 0 ? `Your rule asks for a person: ${rule}` : `A rule cannot be applied: ${rule}`;
    throw new MintRefused("mint_needs_review", why, original, call);
  }
  return { governed, effect, isCounted: isCounting(governed), threshold: await readThreshold(transaction, call.tool_name) };
}
