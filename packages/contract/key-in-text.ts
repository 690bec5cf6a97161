import { environments } from "./environment.ts";

/** 256 bits in base 62, then 32 bits of checksum. */
export const SECRET_LENGTH = 43;
export const CHECKSUM_LENGTH = 6;

/** Finds a Ledgix key inside any text, so that logs, dumps, bundles and forms can be searched for one. Apart from keys' own module, which hashes. */
export const apiKeyInText = new RegExp(`sk_(?:${environments.join("|")})_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}`);

/** What people are told who put a key where it would be kept or shown. */
export const KEY_IN_TEXT =
  "This holds an API key. Keys belong in LEDGIX_VAULT_API_KEY of the service alone: remove it here, and rotate it.";
export const holdsApiKey = (text: string) => apiKeyInText.test(text);
