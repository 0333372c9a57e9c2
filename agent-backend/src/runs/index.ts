export { type CancelResult, createEngine, type Engine, type EngineDeps, type RunReport } from './engine.ts';
export type { EventBus } from './event-bus.ts';
export { type InterruptQuery, listInterrupts } from './interrupts.ts';
export { openReader, type ReaderDeps, type ReaderOptions } from './reader.ts';
export type { RunRef, SessionRef } from './run-ref.ts';
export { writeSessionEvent } from './session-events.ts';
export type { RunRequest, Started, UserMessage } from './start-run.ts';
