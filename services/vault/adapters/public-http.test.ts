import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AddressBlocked, publicHttp } from "./public-http.ts";

/** Beside the private ranges, what IANA reserves, and IPv4 addresses written as IPv6 ones. */
const blocked = [
  "127.0.0.1",
  "2130706433",
  "0x7f.1",
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "169.254.169.254",
  "168.63.129.16",
  "192.0.0.8",
  "198.18.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "[::]",
  "[::1]",
  "[::127.0.0.1]",
  "[::7f00:1]",
  "[::a9fe:a9fe]",
  "[::ffff:127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b:1::7f00:1]",
  "[100:0:0:1::1]",
  "[2002:7f00:1::]",
  "[2001::1]",
  "[4000::1]",
  "[5f00::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "[fec0::1]",
  "[ff02::1]",
  "localhost",
];

let port = 0;
let calls = 0;
const server = createServer((_request, response) => {
  calls++;
  response.writeHead(204).end();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port; // a listening server over TCP has one
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe("an address that a tenant chose", () => {
  const http = publicHttp({ allowPrivate: false });
  it.each(blocked)("is not called at %s, and that is said beforehand in the same words", async (host) => {
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://${host}:${port}/hook`;
      const called = await http.call(url, { method: "POST", headers: {}, body: "{}" }).catch((error: unknown) => error);
      const asked = await http.assertCallable(url).catch((error: unknown) => error);
      expect(called).toBeInstanceOf(AddressBlocked);
      expect(asked).toEqual(called);
    }
    expect(calls).toBe(0);
  });

  it("may be a name that is not known yet", async () => {
    await http.assertCallable("https://not-there.invalid/hook");
  });

  it("may be private where the operator allows it", async () => {
    const open = publicHttp({ allowPrivate: true });
    await open.assertCallable(`http://127.0.0.1:${port}/`);
    expect((await open.call(`http://127.0.0.1:${port}/`, { method: "GET", headers: {} })).status).toBe(204);
    expect(calls).toBe(1);
  });
});
