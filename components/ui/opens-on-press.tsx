"use client";

import { cloneElement, type ReactElement, type ReactNode, Suspense, useState } from "react";
import type { ButtonProps } from "./button";

type OpensOnPressProps = {
  /** The button, whole: it stands by itself until the first press, then the opened part takes it as its trigger. */
  trigger: ReactElement<ButtonProps>;
  popup: "menu" | "dialog";
  /** Starts to read the part: called when the pointer or the focus comes near. */
  preload: () => unknown;
  /** The part, open from the start, around `trigger`. */
  children: (trigger: ReactElement<ButtonProps>) => ReactNode;
};

/** A button whose menu or form is read when it is first pressed: a page that nobody opens it on does not carry it. */
export function OpensOnPress({ trigger, popup, preload, children }: OpensOnPressProps) {
  const [isPressed, setPressed] = useState(false);
  const button = cloneElement(trigger, {
    "aria-haspopup": popup,
    "aria-expanded": false,
    onPointerEnter: preload,
    onFocus: preload,
    onClick: () => setPressed(true),
  });
  return isPressed ? <Suspense fallback={button}>{children(trigger)}</Suspense> : button;
}
