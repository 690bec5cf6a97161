import type { ProofBundle } from "@ledgix/contract/ledger";
import { inclusionSteps } from "@ledgix/ledger/tree";
import { formatNumber } from "@ledgix/sentence/money";

const ROW = 56;
const WIDTH = 640;
const NODE = 150;
const BOX = 30;

/** The way from the leaf to the signed root: at each step the sibling that the proof gives, and the hash that both make. */
export function InclusionTree({ inclusion }: { inclusion: ProofBundle["inclusion"] }) {
  const steps = inclusionSteps(inclusion);
  if (steps === null) return <p className="text-denied">The path does not fit a tree of this size.</p>;
  const rows = [...steps].reverse();
  const height = ROW * (steps.length + 1) + 8;
  const center = WIDTH / 2;
  const yOf = (row: number) => 4 + row * ROW;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section aria-label="Inclusion path" tabIndex={0} className="overflow-x-auto">
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        width={WIDTH}
        height={height}
        role="img"
        aria-label={`The leaf and ${steps.length} siblings make the root of ${inclusion.tree_size} leaves.`}
        className="min-w-140 font-mono text-xs"
      >
        {rows.map((step, row) => {
          const siblingX = step.isSiblingRight ? center + 200 : center - 200;
          const bottom = yOf(row + 1);
          return (
            <g key={step.sibling + step.from}>
              <path d={`M${center} ${yOf(row) + BOX} V${bottom}`} className="stroke-approved" strokeWidth="2" />
              <path
                d={`M${center} ${yOf(row) + BOX + 8} H${siblingX} V${bottom}`}
                className="stroke-line-strong"
                fill="none"
                strokeDasharray="3 3"
              />
              <Node x={siblingX} y={bottom} hash={step.sibling} label={leavesOf(step.from, step.to)} isGiven />
              <Node x={center} y={yOf(row)} hash={step.hash} label={row === 0 ? "root" : ""} />
            </g>
          );
        })}
        <Node x={center} y={yOf(steps.length)} hash={inclusion.leaf_hash} label={`leaf ${formatNumber(inclusion.leaf_index)}`} />
      </svg>
    </section>
  );
}

const leavesOf = (from: number, to: number) =>
  to - from === 1 ? `leaf ${formatNumber(from)}` : `leaves ${formatNumber(from)}–${formatNumber(to - 1)}`;

function Node({ x, y, hash, label, isGiven = false }: { x: number; y: number; hash: string; label: string; isGiven?: boolean }) {
  return (
    <g transform={`translate(${x - NODE / 2} ${y})`}>
      <title>{`${label ? `${label}: ` : ""}${hash}${isGiven ? ", given by the proof" : ", computed here"}`}</title>
      <rect
        width={NODE}
        height={BOX}
        rx="5"
        className={isGiven ? "fill-raised stroke-line-strong" : "fill-approved-soft stroke-approved"}
      />
      <text x={NODE / 2} y={label ? 13 : 19} textAnchor="middle" className="fill-ink">
        {hash.slice(0, 10)}…
      </text>
      {label && (
        <text x={NODE / 2} y={25} textAnchor="middle" className="fill-muted font-sans">
          {label}
        </text>
      )}
    </g>
  );
}
