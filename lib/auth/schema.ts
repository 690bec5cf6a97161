import { z } from "zod";
import { failed } from "../action-result";

export const email = z.string().trim().toLowerCase().pipe(z.email("Enter an e-mail address, such as you@example.com."));
export const password = z
  .string()
  .min(10, "Choose a password of at least 10 characters.")
  .max(72, "A password may hold up to 72 characters.");

export const firstIssue = (error: z.ZodError) => failed(error.issues[0]?.message ?? "Check what you entered.");
