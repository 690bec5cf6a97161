"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { MenuItem } from "@/components/ui/menu";
import { THEME_COOKIE } from "./theme-cookie";

const YEAR_SECONDS = 365 * 24 * 3600;

function chooseTheme(theme: "light" | "dark" | null): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  // biome-ignore lint/suspicious/noDocumentCookie: CookieStore is not in every browser that the console serves
  document.cookie = `${THEME_COOKIE}=${theme ?? ""}; path=/; max-age=${theme ? YEAR_SECONDS : 0}; samesite=lax`;
}

/** Light, dark, or as the system says. The choice is in a cookie, so that the server renders it. */
export function ThemeItems() {
  return (
    <>
      <MenuItem onSelect={() => chooseTheme(null)}>
        <Monitor aria-hidden /> Theme of the system
      </MenuItem>
      <MenuItem onSelect={() => chooseTheme("light")}>
        <Sun aria-hidden /> Light
      </MenuItem>
      <MenuItem onSelect={() => chooseTheme("dark")}>
        <Moon aria-hidden /> Dark
      </MenuItem>
    </>
  );
}
