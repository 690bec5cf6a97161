/** Set by the proxy over whatever the caller wrote: `page` where a person asks, `poll` where an open page does. */
export const USE_HEADER = "x-ledgix-use";
