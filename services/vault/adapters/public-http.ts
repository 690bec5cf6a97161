import { lookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP, type LookupFunction, type Socket } from "node:net";
import { RequestFilteringHttpAgent, useAgent } from "request-filtering-agent";

export type PublicAnswer = { status: number; retryAfter: number | null; text: string };
export type PublicRequest = { method: "GET" | "POST"; headers: Record<string, string>; body?: string; maxBytes?: number };
export type PublicHttp = {
  /** @throws {AddressBlocked}, or what kept the address from being reached */
  call(url: string, request: PublicRequest): Promise<PublicAnswer>;
  /** Says beforehand what `call` would: a name that is not known yet is no reason. @throws {AddressBlocked} */
  assertCallable(url: string): Promise<void>;
};

/** The address, or one that its name leads to, is none that this Vault calls. */
export class AddressBlocked extends Error {
  override name = "AddressBlocked";
  constructor() {
    super("The address is private or reserved, and this Vault does not call such addresses.");
  }
}

class AnswerTooLarge extends Error {
  override name = "AnswerTooLarge";
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/**
 * Calls addresses that tenants choose. Private, loopback, link-local and metadata addresses are refused when the connection is made, after
 * DNS, unless the operator allows them; redirects are never followed. Reads no more of the answer than it may.
 */
export function publicHttp({ allowPrivate }: { allowPrivate: boolean }): PublicHttp {
  const agentOptions = { allowPrivateIPAddress: allowPrivate, allowMetaIPAddress: allowPrivate };
  const resolve = allowPrivate ? lookup : publicLookup;

  function call(url: string, { method, headers, body, maxBytes = MAX_BYTES }: PublicRequest): Promise<PublicAnswer> {
    const request = url.startsWith("https:") ? httpsRequest : httpRequest;
    if (!allowPrivate && isReserved(hostOf(url))) return Promise.reject(new AddressBlocked());
    return new Promise((answered, reject) => {
      const outgoing = request(url, {
        method,
        agent: useAgent(url, agentOptions),
        lookup: resolve,
        headers: { ...headers, ...(body !== undefined && { "content-length": String(Buffer.byteLength(body)) }) },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      outgoing.once("error", (error) => reject(isFiltered(error) ? new AddressBlocked() : error));
      outgoing.once("response", (answer) => {
        const parts: Buffer[] = [];
        let length = 0;
        answer.on("data", (part: Buffer) => {
          length += part.length;
          if (length <= maxBytes) parts.push(part);
          else outgoing.destroy(new AnswerTooLarge("The answer is larger than what is read."));
        });
        answer.once("error", reject);
        answer.once("end", () => {
          const wait = Number(answer.headers["retry-after"]);
          answered({
            status: answer.statusCode ?? 0,
            retryAfter: Number.isFinite(wait) && wait > 0 ? wait : null,
            text: Buffer.concat(parts).toString("utf8"),
          });
        });
      });
      outgoing.end(body);
    });
  }

  function assertCallable(url: string): Promise<void> {
    const host = hostOf(url);
    if (allowPrivate) return Promise.resolve();
    if (isReserved(host)) return Promise.reject(new AddressBlocked());
    return new Promise((callable, reject) => {
      const agent = new RequestFilteringHttpAgent(agentOptions);
      let socket: Socket | undefined;
      const settle = (error: Error | null | undefined) => {
        socket?.destroy();
        if (isFiltered(error)) reject(new AddressBlocked());
        else callable();
      };
      // Its names are looked up and judged before it connects, and it is let go then. A refused host is told at once, without a socket.
      socket = agent.createConnection({ host, port: 80, lookup: resolve, timeout: TIMEOUT_MS }, settle) as Socket | undefined;
      socket?.once("lookup", settle);
      socket?.once("error", settle);
      socket?.once("timeout", settle);
    });
  }

  return { call, assertCallable };
}

/** The host of a URL, an IPv6 address without its brackets. */
const hostOf = (url: string) => new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");

/** What the agent's list of private ranges does not hold. */
const reserved = new BlockList();
// Of IPv6, IANA has given 2000::/3 alone to global unicast. Among the rest is ::/96, where IPv4 addresses can be written once more.
reserved.addSubnet("::", 3, "ipv6");
reserved.addSubnet("4000::", 2, "ipv6");
reserved.addSubnet("8000::", 1, "ipv6");
// A cloud's own services (Azure's WireServer) behind an address that looks public.
reserved.addAddress("168.63.129.16");

function isReserved(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && reserved.check(address, family === 4 ? "ipv4" : "ipv6");
}

const publicLookup: LookupFunction = (hostname, options, callback) =>
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [], 0);
    if (addresses.some(({ address }) => isReserved(address))) return callback(new AddressBlocked(), [], 0);
    if (options.all) return callback(null, addresses, 0);
    const [first] = addresses;
    return callback(null, first?.address ?? "", first?.family ?? 0);
  });

const isFiltered = (error: unknown) =>
  error instanceof AddressBlocked || (error instanceof Error && /^DNS lookup .* is not allowed/.test(error.message));
