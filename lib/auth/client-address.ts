import { BlockList, isIP } from "node:net";

/** Networks as an operator writes them: addresses and CIDR blocks, separated by commas. @throws {RangeError} naming what is neither */
export function parseNetworks(text: string): BlockList {
  const networks = new BlockList();
  for (const entry of text.split(",").map((each) => each.trim())) {
    if (entry === "") continue;
    const [address = "", prefix, ...rest] = entry.split("/");
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
    if (family === 0 || rest.length > 0 || bits < 0 || bits > longest)
      throw new RangeError(`${entry} is neither an address nor a network.`);
    networks.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
  }
  return networks;
}

/**
 * Who sent a request: the other end of its connection. Where that is a proxy which the operator named, the last address of
 * X-Forwarded-For that no such proxy has: everything before it, the caller may have written.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: BlockList): string {
  const hops = [...forwardedFor.split(","), peer].map(plainAddress).filter((hop) => hop !== "");
  for (const hop of hops.toReversed()) if (!isTrusted(hop, trusted)) return hop;
  return plainAddress(peer);
}

function isTrusted(hop: string, trusted: BlockList): boolean {
  const family = isIP(hop);
  return family !== 0 && trusted.check(hop, family === 6 ? "ipv6" : "ipv4");
}

/** Without blanks, brackets and port, and IPv4 as IPv4. */
function plainAddress(hop: string): string {
  const plain = hop
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1");
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? plain;
}
