import { OperatorError } from "@ledgix/configuration/operator-error";

/** Where checkpoints are kept outside of the tenant's database: a directory on the embedded default, a versioned bucket in production. */
export interface AnchorStore {
  /** The word that a checkpoint's `export_target` says. */
  readonly target: string;
  /** Keeps an object under a name. Doing it twice with the same bytes changes nothing. @throws where other bytes are there */
  put(clientId: string, name: string, body: string): Promise<Anchored>;
  /** @returns null where there is none of that name. */
  get(clientId: string, name: string): Promise<string | null>;
  /** Names that were put, in their order. */
  list(clientId: string): Promise<string[]>;
  /**
   * Refuses a store that could lose what it is given. Asked at the start, for the tenants that are there; a store that was away then is asked before
   * it is given anything.
   *
   * @throws {AnchorRefused}, or what kept it from being reached
   */
  check(clientIds: string[]): Promise<void>;
}

export type Anchored = {
  uri: string;
  /** Of the object, where the store keeps versions. */
  version: string | null;
};

/** Other bytes are kept under the name already: two logs claim to be this tenant's. */
export class AnchorConflict extends Error {
  override name = "AnchorConflict";
}

/** The store would not keep what it is given. The message names it. */
export class AnchorRefused extends OperatorError {
  override name = "AnchorRefused";
}
