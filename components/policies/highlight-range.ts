import type { Element, ElementContent, Root, Text } from "hast";
import { visit } from "unist-util-visit";

export type Range = { start: number; end: number };

/** The attribute of the first mark, by which the page scrolls to it. */
export const MARK = "data-citation";

/**
 * A rehype plugin that marks the text between two places of the Markdown source, in UTF-16 units. Where a text node is its source word for
 * word it is cut exactly; where Markdown wrote it otherwise (an escaped character), the whole node is marked rather than the wrong words.
 */
export function highlightRange({ start, end }: Range) {
  return (tree: Root): void => {
    let isFirst = true;
    visit(tree, "text", (node: Text, index, parent) => {
      const [from, to] = [node.position?.start.offset, node.position?.end.offset];
      if (from === undefined || to === undefined || parent === undefined || index === undefined || to <= start || from >= end)
        return;
      if (node.value.trim() === "") return;
      const isExact = node.value.length === to - from;
      const [a, b] = isExact ? [Math.max(0, start - from), Math.min(node.value.length, end - from)] : [0, node.value.length];
      const mark: Element = {
        type: "element",
        tagName: "mark",
        properties: isFirst ? { [MARK]: "first" } : {},
        children: [{ type: "text", value: node.value.slice(a, b) }],
      };
      isFirst = false;
      const parts: ElementContent[] = [
        { type: "text", value: node.value.slice(0, a) },
        mark,
        { type: "text", value: node.value.slice(b) },
      ];
      const kept = parts.filter((part) => part.type !== "text" || part.value !== "");
      parent.children.splice(index, 1, ...kept);
      return index + kept.length;
    });
  };
}
