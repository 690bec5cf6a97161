const token = (name: string) => `var(--${name})`;

// Colours, sizes and radii are tokens of app/globals.css, one definition for light and dark.
export default {
  content: ["./app/**/*.{ts,tsx}", "./components/**/*.{ts,tsx}"],
  theme: {
    fontSize: {
      xs: ["12px", "16px"],
      sm: ["13px", "20px"],
      base: ["15px", "24px"],
      xl: ["20px", "28px"],
    },
    fontWeight: { normal: "400", semibold: "600" },
    extend: {
      colors: {
        surface: token("surface"),
        sunken: token("sunken"),
        raised: token("raised"),
        line: token("line"),
        "line-strong": token("line-strong"),
        ink: token("ink"),
        muted: token("muted"),
        accent: token("accent"),
        "accent-ink": token("accent-ink"),
        "accent-soft": token("accent-soft"),
        approved: token("approved"),
        "approved-soft": token("approved-soft"),
        denied: token("denied"),
        "denied-ink": token("denied-ink"),
        "denied-soft": token("denied-soft"),
        paused: token("paused"),
        "paused-soft": token("paused-soft"),
      },
      fontFamily: {
        sans: ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        mono: ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
      },
    },
  },
};
