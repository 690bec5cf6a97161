/** What rules and reviewers call a destination: the host of an address, the whole of what is no address, else the provider's name. */
export function destinationOf(uri: string | null, provider: string | null): string | null {
  if (uri !== null && URL.canParse(uri)) return new URL(uri).hostname || uri;
  return uri ?? provider;
}
