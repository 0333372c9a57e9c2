/**
 * What a paused run waits for (AG-UI `Interrupt`). `step_up`: a fresh sign-in no older than `metadata.max_age` seconds,
 * with one of `metadata.acr_values` if given (OpenID Connect names).
 */
export interface Interrupt {
  readonly id: string;
  readonly reason: 'step_up';
  readonly toolCallId: string;
  readonly message: string;
  /** RFC 3339; after it, nothing answers the interrupt any more. */
  readonly expiresAt?: string;
  readonly metadata: { readonly max_age: number; readonly acr_values?: readonly string[] };
}

/** How the next run answers an interrupt (AG-UI `ResumeEntry`). */
export interface ResumeEntry {
  readonly interruptId: string;
  readonly status: 'resolved' | 'cancelled';
  readonly payload?: unknown;
}
