import { z } from "zod";

const textOf = z.object({ text: z.string() });
const block = z.looseObject({
  type: z.string(),
  text: textOf.optional(),
  elements: z
    .array(z.union([z.looseObject({ type: z.literal("button"), text: textOf, style: z.string().optional() }), textOf]))
    .optional(),
});

/** Block Kit as Slack would show it, near enough to judge its words. */
export function SlackPreview({ blocks }: { blocks: unknown[] }) {
  const parsed = z.array(block).safeParse(blocks);
  if (!parsed.success) return <p className="text-muted">The message cannot be shown here.</p>;
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line bg-raised p-3">
      {parsed.data.map((each, place) => {
        const key = `${place}${each.type}`;
        if (each.type === "section")
          return (
            <p key={key} className="break-words">
              {each.text?.text}
            </p>
          );
        const elements = each.elements ?? [];
        if (each.type === "actions")
          return (
            <div key={key} className="flex flex-wrap gap-2">
              {elements.map((element) =>
                "type" in element ? (
                  <span key={element.text.text} className="rounded border border-line-strong/60 px-2 py-1 font-semibold">
                    {element.text.text}
                  </span>
                ) : null,
              )}
            </div>
          );
        return (
          <p key={key} className="text-xs break-words text-muted">
            {elements.map((element) => (typeof element.text === "string" ? element.text : element.text.text)).join(" · ")}
          </p>
        );
      })}
    </div>
  );
}
