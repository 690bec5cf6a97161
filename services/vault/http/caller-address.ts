import { BlockList, isIP, isIPv6 } from "node:net";

/** Whom a request comes from, by what the network says. */
export type CallerAddress = (remote: string | undefined, forwardedFor: string | undefined) => string;

/** Reads `10.0.0.0/8, 2001:db8::1`. @throws {TypeError} where a part is neither an address nor a range of them */
export function readProxies(text: string): BlockList {
  const proxies = new BlockList();
  for (const part of text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean)) {
    const [address = "", width] = part.split("/");
    const kind = isIPv6(address) ? "ipv6" : "ipv4";
    if (isIP(address) === 0 || (width !== undefined && !/^\d{1,3}$/.test(width))) throw new TypeError(`${part} is no address.`);
    if (width === undefined) proxies.addAddress(address, kind);
    else proxies.addSubnet(address, Number(width), kind);
  }
  return proxies;
}

/**
 * The address that a call is counted by. `X-Forwarded-For` is what anybody may write, so it is read from its end, and only as far as proxies of the
 * operator's wrote it.
 */
export function callerAddress(proxies = new BlockList()): CallerAddress {
  const isOurs = (address: string) => proxies.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  return (remote = "", forwardedFor = "") => {
    let address = plain(remote);
    for (const part of forwardedFor.split(",").reverse()) {
      const before = plain(part);
      if (isIP(address) === 0 || !isOurs(address) || isIP(before) === 0) break;
      address = before;
    }
    return address;
  };
}

/** Whoever has one IPv6 address has the whole network of 64 bits that it is in, and is counted once. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.toLowerCase().split("%")[0]?.split("::") ?? [];
  const groups = (part: string) => part.split(":").filter(Boolean);
  const missing = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(Math.max(0, missing)).fill("0"), ...groups(tail ?? "")];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0{1,3}(?=.)/, ""))
    .join(":")}::/64`;
}

/** Without a port, and IPv4 as such where it was mapped into IPv6. */
function plain(written: string): string {
  const text = written.trim();
  const address = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
