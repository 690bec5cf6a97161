import fc from "fast-check";

// What is thrown at the targets: what is valid, and what is nearly.

const bytesOf = (given: string) => new TextEncoder().encode(given);

/** Text of ASCII, of any code points, and of whole characters. */
export const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
/** JSON that was valid, with characters changed, cut out or put in. */
const brokenJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom("", "{", "[", '"', ",", "0", "e", "\\u0000", "\\ud800", "-0", "1e400", "\0", "NaN"),
  )
  .map(([json, at, put]) => json.slice(0, at % (json.length + 1)) + put + json.slice((at % (json.length + 1)) + (at % 3)));
/** JSON, and what nearly is. */
export const jsonText = fc.oneof(fc.json(), brokenJson, text, fc.json({ noUnicodeString: false }));

/** A multipart body with its parts as given, then with bytes changed, cut out or put in; and its boundary, or another one. */
export const multipartBody = fc
  .record({
    fields: fc.dictionary(fc.constantFrom("documentName", "policyId", "tools", "note", "draft", "file", "x"), text, {
      maxKeys: 5,
    }),
    file: fc.uint8Array({ maxLength: 64 }),
    boundary: fc.constantFrom(
      "; boundary=b",
      "; boundary=b",
      "; boundary=b",
      '; boundary="b"',
      "; boundary=",
      "",
      "; boundary=c",
    ),
    breaks: fc.boolean(),
    at: fc.nat(),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom("--b", "--b--", "\r\n", "\0", "; filename=", '"').map(bytesOf),
    ),
    cut: fc.nat(8),
  })
  .map(({ fields, file, boundary, breaks, at, put, cut }) => {
    const named = { documentName: "Refunds", ...fields };
    const parts = Object.entries(named).map(
      ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\nContent-Type: text/markdown\r\n\r\n';
    const whole = [...bytesOf(parts.join("") + head), ...file, ...bytesOf("\r\n--b--\r\n")];
    const from = at % whole.length;
    return { boundary, body: breaks ? [...whole.slice(0, from), ...put, ...whole.slice(from + cut)] : whole };
  });
