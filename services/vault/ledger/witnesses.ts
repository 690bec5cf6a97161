/** One that cosigns checkpoints (https://c2sp.org/tlog-witness). */
export type Witness = { url: string; verifierKey: string; name: string };

/** Reads `<address> <verifier key>`, several separated by commas. @returns null where it is something else */
export function readWitnesses(setting: string): Witness[] | null {
  const read = setting.split(",").map((part) => {
    const [, url = "", verifierKey = "", name = ""] = /^(https?:\/\/\S+) (([^+\s]+)\+[0-9a-f]{8}\+\S+)$/.exec(part.trim()) ?? [];
    return { url: url.replace(/\/+$/, ""), verifierKey, name };
  });
  return read.every(({ name }) => name !== "") ? read : null;
}
