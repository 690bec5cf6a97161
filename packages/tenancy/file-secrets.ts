import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { type SecretStore, type TenantSecret, tenantSecret } from "./secrets.ts";

/** Secrets as files of mode 0600 below a directory of mode 0700. */
export function fileSecrets(directory: string): SecretStore {
  const pathOf = (name: string) => {
    const path = normalize(join(directory, `${name}.json`));
    if (!path.startsWith(normalize(directory) + sep)) throw new RangeError("A secret's name leads out of the secrets directory.");
    return path;
  };

  const read: SecretStore["read"] = async (name) => {
    try {
      return tenantSecret.parse(JSON.parse(await readFile(pathOf(name), "utf8")));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  };

  /** Written aside, to be moved into place: a crash leaves the whole secret or none. */
  async function writeDraft(path: string, secret: TenantSecret): Promise<string> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${crypto.randomUUID()}`;
    await writeFile(draft, JSON.stringify(secret), { mode: 0o600, flush: true });
    return draft;
  }

  return {
    read,
    async create(name, secret) {
      const path = pathOf(name);
      const draft = await writeDraft(path, secret);
      try {
        // Linking does not overwrite: of two writers one wins.
        await link(draft, path);
        return secret;
      } catch (error) {
        const kept = await read(name);
        if (kept === null) throw error;
        return kept;
      } finally {
        await rm(draft, { force: true });
      }
    },
    async replace(name, secret) {
      const path = pathOf(name);
      await rename(await writeDraft(path, secret), path);
    },
  };
}
