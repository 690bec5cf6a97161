import "server-only";
import { headers } from "next/headers";
import { env } from "../env";
import { clientAddress } from "./client-address";
import { peerHeader } from "./peer";
import { USE_HEADER } from "./use-header";

export type Caller = {
  /** "" where it is not known; those are counted together. */
  address: string;
  agent: string;
  /** Whether a person asks, and not an open page by itself. */
  isUse: boolean;
};

/** Who sends the request that is being answered. */
export async function readCaller(): Promise<Caller> {
  const name = peerHeader();
  const read = await requestHeaders();
  const peer = name === null ? "" : (read.get(name) ?? "");
  return {
    address: clientAddress(peer, read.get("x-forwarded-for") ?? "", env().CONSOLE_TRUSTED_PROXIES),
    agent: (read.get("user-agent") ?? "").slice(0, 400),
    isUse: read.get(USE_HEADER) !== "poll",
  };
}

/** None where an action is called outside of a request. */
async function requestHeaders(): Promise<Headers> {
  try {
    return new Headers(await headers());
  } catch {
    return new Headers();
  }
}
