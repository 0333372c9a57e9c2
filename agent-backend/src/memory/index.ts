export { createInstanceMemory, type MemorySource } from './create-instance-memory.ts';
export { forgetFact, listFacts, LONGEST_FACT, MOST_FACTS } from './facts.ts';
export type { InstanceMemory } from './instance-memory.ts';
export { MemoryError, type MemoryErrorCode } from './memory-error.ts';
