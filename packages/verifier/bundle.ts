import { checkpointFault } from "./checkpoint.ts";
import { faultOf, isRedacted } from "./entry.ts";
import { type Bundle, type Key, readBundle } from "./records.ts";
import { type Check, check, type Report, reportOf, unreadable } from "./report.ts";
import { type HasSigned, signaturesBy } from "./signatures.ts";
import { isIncluded, isPrefix } from "./tree.ts";

/**
 * Checks a proof bundle (`GET /ledger/proof/bundle`) offline: content, leaf, receipt, inclusion in a signed checkpoint, and that the
 * log then only grew.
 *
 * @param options.keys Keys that are trusted beforehand, such as of a JWKS; without them the bundle's own are taken, and the report says so.
 */
export async function verifyBundle(value: unknown, options: { keys?: Key[] } = {}): Promise<Report> {
  try {
    const bundle = readBundle(value);
    const hasSigned = signaturesBy(options.keys ?? bundle.keys);
    const checks = [await entryCheck(bundle, hasSigned), ...(await placeChecks(bundle, hasSigned))];
    return reportOf(checks, [
      "That everybody is shown this same log: compare its newest checkpoint with its anchor.",
      ...(options.keys ? [] : ["That the keys are Vault's: they are the bundle's own."]),
      ...(isRedacted(bundle.event) ? ["The content, which is redacted."] : []),
    ]);
  } catch (error) {
    return unreadable(error);
  }
}

async function entryCheck({ event }: Bundle, hasSigned: HasSigned): Promise<Check> {
  const fault = await faultOf(event, hasSigned);
  return check(
    "event",
    fault === null,
    fault === null ? "The event makes its leaf, and its receipt is signed." : `The event: ${fault}.`,
  );
}

async function placeChecks({ event, inclusion, consistency }: Bundle, hasSigned: HasSigned): Promise<Check[]> {
  const { checkpoint } = inclusion;
  const isAboutEvent =
    inclusion.leaf_hash === event.leaf_hash &&
    inclusion.event_uuid === event.event_uuid &&
    inclusion.leaf_index === event.leaf_index &&
    inclusion.tree_size === checkpoint.tree_size;
  const fault = await checkpointFault(checkpoint, hasSigned);
  const checks = [
    check("checkpoint", fault === null, `Checkpoint ${checkpoint.checkpoint_id}: ${fault ?? "signed"}.`),
    check(
      "inclusion",
      isAboutEvent && (await isIncluded({ ...inclusion, root_hash: checkpoint.root_hash })),
      `Leaf ${inclusion.leaf_index} in the tree of ${inclusion.tree_size}.`,
    ),
  ];
  if (consistency === null) {
    return [...checks, { name: "consistency", outcome: "skipped", detail: "The bundle holds no later checkpoint." }];
  }
  const { from_checkpoint: from, to_checkpoint: to, path } = consistency;
  const laterFault = await checkpointFault(to, hasSigned);
  const isSame = JSON.stringify(from) === JSON.stringify(checkpoint); // both as the reader wrote them, field by field
  const sizes = { first_size: checkpoint.tree_size, second_size: to.tree_size };
  const grew = await isPrefix({ ...sizes, first_root: checkpoint.root_hash, second_root: to.root_hash, path });
  const detail = `The tree of ${checkpoint.tree_size} is a prefix of that of ${to.tree_size}${laterFault ? `, but ${laterFault}` : ""}.`;
  return [...checks, check("consistency", isSame && grew && laterFault === null, detail)];
}
