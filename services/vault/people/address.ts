import { domainToASCII } from "node:url";

/** What is drawn over no place of its own, so that two texts look the same with and without it. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** A text in one spelling: width, case, white space and what cannot be seen do not count. */
export const plainText = (text: string): string =>
  text
    .normalize("NFKC")
    .replaceAll(UNSEEN, "")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .toLowerCase();

/** A domain in the one spelling that DNS has; "" where it is none. */
export const plainDomain = (domain: string): string => domainToASCII(domain.replace(/[.-]+$/, ""));

/** An address in one spelling, to compare by. What is no address stays as it is, in lower case. */
export function plainAddress(address: string): string {
  const plain = plainText(address);
  const at = plain.lastIndexOf("@");
  const domain = at < 0 ? "" : plainDomain(plain.slice(at + 1));
  return domain === "" ? plain : `${plain.slice(0, at)}@${domain}`;
}
