import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Content as it lies in a tenant's database: encrypted under a key of its own, which is encrypted under the tenant's transport key. */
export type SealedContent = {
  /** Nonce (12 bytes), ciphertext, tag (16 bytes): AES-256-GCM under the content key. */
  sealed_content: Uint8Array;
  /** The content key in the same form, under the transport key. Without it the content is gone. */
  content_key: Uint8Array;
  /** Which transport key: `transportKeyId`. */
  content_key_id: string;
};

export type TransportKeys = { current: Uint8Array; previous: Uint8Array[] };

/** No transport key of this id is in the tenant's secret. */
export class TransportKeyMissing extends Error {
  override name = "TransportKeyMissing";
}

/** What is stored is not what was sealed: a byte was changed, or it was moved under another context. */
export class ContentTampered extends Error {
  override name = "ContentTampered";
}

/** Seals content of one tenant. `context` names what the content belongs to, and is authenticated with it. */
export interface ContentSeal {
  seal(content: string, context: string): Promise<SealedContent>;
  /** @throws {TransportKeyMissing} @throws {ContentTampered} */
  open(sealed: SealedContent, context: string): Promise<string>;
  /** The same content key under the current transport key. */
  rewrap(sealed: Omit<SealedContent, "sealed_content">, context: string): Promise<Omit<SealedContent, "sealed_content">>;
  currentKeyId(): Promise<string>;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Names a transport key without telling it: hex of the first 8 bytes of SHA-256 over a domain and the key. */
export function transportKeyId(key: Uint8Array): string {
  return `tk-${createHash("sha256").update("ledgix.transport-key.v1\0").update(key).digest("hex").slice(0, 16)}`;
}

/** @throws {RangeError} where it is not base64 of 32 bytes */
export function readTransportKey(base64: string): Uint8Array {
  const key = Buffer.from(base64, "base64");
  if (key.length !== KEY_BYTES) throw new RangeError("A transport key is 32 bytes as base64.");
  return key;
}

/** @param keys Reads the tenant's transport keys; with `isStale` it must read them again, since one was not among them. */
export function contentSeal(keys: (options?: { isStale: boolean }) => Promise<TransportKeys>): ContentSeal {
  async function keyOf(id: string): Promise<Uint8Array> {
    for (const isStale of [false, true]) {
      const { current, previous } = await keys({ isStale });
      const found = [current, ...previous].find((key) => transportKeyId(key) === id);
      if (found) return found;
    }
    throw new TransportKeyMissing(`The tenant's secret holds no transport key ${id}.`);
  }
  async function wrap(contentKey: Uint8Array, context: string) {
    const { current } = await keys();
    const id = transportKeyId(current);
    return { content_key: encrypt(current, contentKey, keyContext(id, context)), content_key_id: id };
  }
  const unwrap = async ({ content_key, content_key_id }: Omit<SealedContent, "sealed_content">, context: string) =>
    decrypt(await keyOf(content_key_id), content_key, keyContext(content_key_id, context));

  return {
    async seal(content, context) {
      const contentKey = randomBytes(KEY_BYTES);
      return {
        sealed_content: encrypt(contentKey, Buffer.from(content), contentContext(context)),
        ...(await wrap(contentKey, context)),
      };
    },
    async open(sealed, context) {
      return decrypt(await unwrap(sealed, context), sealed.sealed_content, contentContext(context)).toString("utf8");
    },
    async rewrap(sealed, context) {
      return wrap(await unwrap(sealed, context), context);
    },
    currentKeyId: async () => transportKeyId((await keys()).current),
  };
}

const contentContext = (context: string) => Buffer.from(`ledgix.content.v1\0${context}`);
const keyContext = (id: string, context: string) => Buffer.from(`ledgix.content-key.v1\0${id}\0${context}`);

function encrypt(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES)).setAAD(context);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (error) {
    throw new ContentTampered("The stored content is not what was sealed.", { cause: error });
  }
}
