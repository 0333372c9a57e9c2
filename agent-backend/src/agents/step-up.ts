/** How fresh a sign-in a tool asks for (OpenID Connect Core §3.1.2.1: `max_age`, `acr_values`). */
export interface StepUpRule {
  /** Whole seconds, 1 or more, since the visitor last proved who they are. */
  readonly maxAgeSeconds: number;
  /** One of these must be the sign-in's `acr`. Default: whatever it is, also none. */
  readonly acrValues?: readonly string[];
}

/** When and how the visitor last proved who they are, as the customer's server has signed it. */
export interface SignInProof {
  /** `auth_time`, in milliseconds since 1970. */
  readonly authTimeMs: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

const SKEW_MS = 60_000;

/** Does the proof fit the rule now? Never older than the rule says; from the future by 60 s at most. */
export function isProven(rule: StepUpRule, proof: SignInProof | undefined, nowMs: number): boolean {
  if (proof === undefined) return false;
  const ageMs = nowMs - proof.authTimeMs;
  const isRecent = ageMs >= -SKEW_MS && ageMs <= rule.maxAgeSeconds * 1000;
  return isRecent && (rule.acrValues === undefined || (proof.acr !== undefined && rule.acrValues.includes(proof.acr)));
}

/** Throws `TypeError` for a rule that would let everybody pass, or nobody. */
export function checkStepUpRule({ maxAgeSeconds, acrValues }: StepUpRule): void {
  if (!Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 1)
    throw new TypeError('requiresStepUp.maxAgeSeconds is a whole number of seconds, 1 or more.');
  if (acrValues !== undefined && acrValues.length === 0)
    throw new TypeError('requiresStepUp.acrValues names at least one value. Leave it out to take any.');
}
