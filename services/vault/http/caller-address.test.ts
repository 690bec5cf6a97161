import { describe, expect, it } from "vitest";
import { callerAddress, networkOf, readProxies } from "./caller-address.ts";

describe("a caller is counted by the address", () => {
  const nobody = callerAddress();
  const behind = callerAddress(readProxies("10.0.0.0/8, 192.0.2.7, 2001:db8:1::/48"));
  it.each([
    ["of its connection, whatever it writes", nobody, "203.0.113.9", "1.1.1.1, 2.2.2.2", "203.0.113.9"],
    ["of its connection, where that is no proxy", behind, "203.0.113.9", "1.1.1.1", "203.0.113.9"],
    ["that the proxy saw", behind, "10.1.2.3", "203.0.113.9", "203.0.113.9"],
    ["that the first of two proxies saw", behind, "::ffff:10.1.2.3", "203.0.113.9, 192.0.2.7", "203.0.113.9"],
    ["that a proxy saw, and not what was written before", behind, "10.1.2.3", "9.9.9.9, 203.0.113.9", "203.0.113.9"],
    ["of IPv6, seen by a proxy of IPv6", behind, "2001:db8:1::5", "2001:db8:9::1", "2001:db8:9::1"],
    ["without its port", behind, "10.1.2.3", "203.0.113.9:4711", "203.0.113.9"],
    ["without its brackets", behind, "10.1.2.3", "[2001:db8:9::1]:4711", "2001:db8:9::1"],
    ["of the proxy, where what it passed on is no address", behind, "10.1.2.3", "203.0.113.9, unknown", "10.1.2.3"],
    ["of the proxy, where it passed on nothing", behind, "10.1.2.3", undefined, "10.1.2.3"],
    ["of nobody, where there is no connection", behind, undefined, "1.1.1.1", ""],
  ])("%s", (_, addressOf, remote, forwarded, address) => expect(addressOf(remote, forwarded)).toBe(address));

  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2::ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("and %s is of the network %s", (address, network) => expect(networkOf(address)).toBe(network));

  it.each(["10.0.0.0/99", "proxy.example", "10.0.0.0/x", "10.0.0"])("%s names no proxy", (text) =>
    expect(() => readProxies(text)).toThrow(),
  );
});
