import { expect, it } from "vitest";
import { clientAddress, parseNetworks } from "./client-address";

const none = parseNetworks("");
const proxies = parseNetworks("10.0.0.0/8, 192.0.2.1,2001:db8::/32");

it.each([
  ["the peer, whatever the caller writes", "203.0.113.9", "198.51.100.1", none, "203.0.113.9"],
  ["the peer, where it is no named proxy", "203.0.113.9", "198.51.100.1", proxies, "203.0.113.9"],
  ["what a named proxy saw", "10.0.0.5", "198.51.100.1", proxies, "198.51.100.1"],
  ["what the first of two named proxies saw", "10.0.0.5", "198.51.100.1, 192.0.2.1", proxies, "198.51.100.1"],
  ["never what stands before an untrusted hop", "10.0.0.5", "1.1.1.1, 10.9.9.9, 198.51.100.1", proxies, "198.51.100.1"],
  ["IPv4 within IPv6 as IPv4", "::ffff:10.0.0.5", "::ffff:198.51.100.1", proxies, "198.51.100.1"],
  ["addresses with ports", "10.0.0.5", "198.51.100.1:4711", proxies, "198.51.100.1"],
  ["IPv6 in brackets", "2001:db8::1", "[2001:4860::8]:443", proxies, "2001:4860::8"],
  ["the proxy itself, where it names nobody", "10.0.0.5", "", proxies, "10.0.0.5"],
  ["what is no address is no proxy", "10.0.0.5", "198.51.100.1, unknown", proxies, "unknown"],
])("a request is from %s", (_, peer, forwardedFor, trusted, expected) => {
  expect(clientAddress(peer, forwardedFor, trusted)).toBe(expected);
});

it.each(["anybody", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/", "::1/129", "300.1.1.1"])("%s is no network", (text) => {
  expect(() => parseNetworks(text)).toThrow(/neither an address nor a network/);
});
