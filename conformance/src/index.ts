export { Chat } from './chat.ts';
export { conformance, type RegisterOptions } from './conformance.ts';
export { ConformanceFailure } from './failure.ts';
export type { ConformanceOptions } from './site.ts';
