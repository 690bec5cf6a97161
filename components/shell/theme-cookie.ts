export const THEME_COOKIE = "ledgix-theme";
