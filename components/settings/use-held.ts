import { useState } from "react";

/** What a form began with: it follows what is read until something is typed, and what was typed stays over what it was typed on. */
export function useHeld<Document>(read: Document, isTyped: boolean): Document {
  const [held, setHeld] = useState(read);
  if (!isTyped && held !== read) setHeld(read);
  return isTyped ? held : read;
}
