/** A token bucket for each principal. In memory in one process; the same limit across replicas through Redis in production. */
export interface RateLimit {
  /** @returns seconds to wait before the next try, or null where the request may go on. */
  take(principal: string): Promise<number | null>;
}
