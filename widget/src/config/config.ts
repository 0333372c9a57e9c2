export type Mode = 'launcher' | 'inline' | 'page';
/** What a run waits for (OpenID Connect names): a sign-in no older than `maxAge` seconds, with one of `acrValues` if given. */
export interface StepUp {
  readonly maxAge: number;
  readonly acrValues?: readonly string[];
}
/**
 * Gives a fresh identity token. With `stepUp`, the visitor has just confirmed that the page may ask them to sign in again:
 * the token must carry the `auth_time` of that; it may take five minutes. A rejection tells that they did not.
 */
export type IdentityTokenSource = (request?: { readonly stepUp: StepUp }) => string | Promise<string>;
export type Bag = Readonly<Record<string, unknown>>;
export type Words = Readonly<Record<string, string>>;

/** What the widget runs on, parsed once. Every value has its type; nothing comes from a prototype. */
export interface Config {
  /** `org/agent`. */
  readonly agent: string;
  readonly embedKey: string;
  /** Origin and path prefix of the backend, without a slash at its end. */
  readonly baseUrl: string;
  /** As the page wrote it; `identity/` decides what it is. `null`: none given. */
  readonly userId: string | null;
  readonly identityToken: string | null;
  readonly getIdentityToken: IdentityTokenSource | null;
  readonly attributes: Bag | null;
  readonly instance: string | null;
  readonly mode: Mode;
  /** Element or selector for `inline` and `page`. */
  readonly container: Element | string | null;
  readonly locale: string;
  readonly theme: Words;
  readonly texts: Words;
  readonly context: Bag | null;
  /** `pending`: nothing is stored until `update {consent: 'granted'}`. */
  readonly consent: 'granted' | 'pending';
  /** Several people use this browser: memory only. */
  readonly sharedDevice: boolean;
  /** On a shared device: minutes without a touch or a key after which everything is wiped. Default 10. */
  readonly idleMinutes: number;
  readonly debug: boolean;
}

/** The settings of `createWidget()`, of `familiar('init', …)` and, in kebab case, of the script tag's `data-*`. */
export type WidgetOptions = Partial<{ -readonly [Key in keyof Config]: Config[Key] | undefined }>;
