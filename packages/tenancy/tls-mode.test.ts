import { parseIntoClientConfig } from "pg-connection-string";
import { describe, expect, it } from "vitest";
import { withTlsMode } from "./tls-mode.ts";

const tlsOf = (databaseUrl: string, mode?: Parameters<typeof withTlsMode>[1]) =>
  parseIntoClientConfig(withTlsMode(databaseUrl, mode)).ssl;

describe("TLS to a database", () => {
  it("is what the DSN says, in libpq's meaning", () => {
    expect(tlsOf("postgres://h/d?sslmode=require")).toEqual({ rejectUnauthorized: false });
    expect(tlsOf("postgres://h/d?sslmode=verify-full")).toEqual({});
    expect(tlsOf("postgres://h/d?sslmode=disable", "verify-full")).toBe(false);
    expect(() => tlsOf("postgres://h/d?sslmode=verify-ca")).toThrow("sslrootcert");
  });

  it("is the given mode where the DSN says nothing", () => {
    expect(tlsOf("postgres://h/d", "require")).toEqual({ rejectUnauthorized: false });
    expect(tlsOf("postgres://h/d")).toBeUndefined();
  });

  it("leaves it to pg to refuse what is no DSN, which does not repeat it", () => {
    expect(withTlsMode("postgres://u:secret#w@h/d", "require")).toBe("postgres://u:secret#w@h/d");
  });

  it("keeps what else a DSN says, and pg's own mode", () => {
    expect(parseIntoClientConfig(withTlsMode("postgres://u:p%40%2F@h:1/d?application_name=a%20b", "require"))).toMatchObject({
      ...{ user: "u", password: "p@/", host: "h", port: 1, database: "d", application_name: "a b" },
    });
    expect(tlsOf("postgres://h/d?sslmode=no-verify", "verify-full")).toEqual({ rejectUnauthorized: false });
  });
});
