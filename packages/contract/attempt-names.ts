const LONGEST = 320;

/**
 * One name for all spellings of an account: case, blanks, invisible characters, compatibility forms, what follows a plus, and the two
 * spellings of a domain. It names a count of tries alone, so that two accounts may share a name and one never has two.
 */
export function accountName(entered: string): string {
  const plain = entered
    .slice(0, LONGEST)
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[\p{White_Space}\p{C}\p{M}]/gu, "");
  const at = plain.lastIndexOf("@");
  if (at < 0) return plain;
  const local = plain.slice(0, at).replace(/\+.*$/s, "");
  return `${local}@${asciiDomain(plain.slice(at + 1))}`;
}

function asciiDomain(domain: string): string {
  const url = URL.parse(`http://${domain}`);
  return (url?.hostname ?? domain).replace(/\.$/, "");
}

/** Everybody who comes over the loopback interface. */
export const THIS_MACHINE = "this machine";

/** One name for the addresses that one caller has at will: a network of IPv6 (/64), the loopback interface, IPv4 within IPv6. */
export function placeName(address: string): string {
  const plain = address.trim().toLowerCase().replace(/%.*$/, "");
  const within = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1] ?? plain;
  if (within === "::1" || /^127\.\d+\.\d+\.\d+$/.test(within)) return THIS_MACHINE;
  if (!within.includes(":")) return within;
  const groups = expand(URL.parse(`http://[${within}]`)?.hostname.slice(1, -1) ?? "::");
  if (groups.slice(0, 6).join(":") === "0:0:0:0:0:ffff") return placeName(dotted(groups.slice(6)));
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/** The eight groups of an IPv6 address in its canonical form. */
function expand(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  if (tail === undefined) return groups(head);
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array<string>(missing).fill("0"), ...groups(tail)];
}

const dotted = (groups: string[]) =>
  groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
