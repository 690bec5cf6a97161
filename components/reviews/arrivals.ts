/** How many cases arrived while the list was in use. Kept in the query cache, beside the list. */
export const arrivalsKey = (client: string) => [client, "arrivals"] as const;

let listInUse = false;

/** The list is in use while it is scrolled, or while a case is open beside it. */
export function setListInUse(isInUse: boolean): void {
  listInUse = isInUse;
}

export function isListInUse(): boolean {
  return listInUse;
}
