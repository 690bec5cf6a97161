/** Turns texts into vectors: a small model in the package on the embedded default, any model of a provider in production. */
export interface Embedding {
  /** Recorded with every vector; vectors of two models are never compared. */
  readonly model: string;
  /** Texts that it takes at once without keeping a question waiting for long. */
  readonly batch: number;
  /** One vector a text, in order, of length 1. */
  embed(texts: string[]): Promise<number[][]>;
  close(): Promise<void>;
}
