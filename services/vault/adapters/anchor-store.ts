/** Where checkpoints are kept outside of the tenant's database: a directory on the embedded default, a versioned bucket in production. */
export interface AnchorStore {
  /** The word that a checkpoint's `export_target` says. */
  readonly target: string;
  /** Keeps an object under a name. Doing it twice with the same bytes changes nothing. */
  put(clientId: string, name: string, body: string): Promise<{ uri: string; version: string | null }>;
}
