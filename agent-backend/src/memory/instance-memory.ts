/** What an agent may remember, and nothing beyond this instance. */
export interface InstanceMemory {
  /** Newest first. */
  list(): Promise<readonly { readonly id: string; readonly text: string }[]>;
  /** Stores a fact; the same text again changes nothing. Returns its id. */
  remember(text: string): Promise<string>;
  /** The facts nearest to the words of `query`, best first; at most `limit` (default 8). */
  recall(query: string, limit?: number): Promise<readonly string[]>;
  /** Removes one fact; false if there was none. */
  forget(id: string): Promise<boolean>;
}
