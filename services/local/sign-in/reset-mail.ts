import type { EmailDriver } from "@supabase/lite";

const CODE = /\b(\d{8})\b/;

/**
 * The mail of a reset, with a link to the console's own page. Address and code stand behind the `#`, so that no server and no proxy on the way
 * logs them; and a mail reader that opens links uses nothing up: the page asks for the new password first.
 */
export function resetMail(driver: EmailDriver, consoleUrl: string): EmailDriver {
  return {
    async send({ to, text }) {
      const code = CODE.exec(text ?? "")?.[1];
      if (code === undefined) throw new Error("A mail of the control plane holds no code.");
      const link = new URL("/reset-password", consoleUrl);
      link.hash = new URLSearchParams({ email: to, code }).toString();
      await driver.send({
        to,
        subject: "Reset your password",
        text: `Reset your password with this code: ${code}

Or follow this link, which fills it in: ${link}

It works for an hour, and for five tries. If you did not ask for it, ignore this mail: your password stays as it is.`,
      });
    },
  };
}
