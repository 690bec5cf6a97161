const TYPING = "input, textarea, select, [contenteditable], [role=dialog], [role=menu]";

/** Whether a key press belongs to a field, a dialog or a menu, and so is no shortcut of the page. */
export const isTyping = ({ target }: KeyboardEvent): boolean => target instanceof Element && target.closest(TYPING) !== null;
