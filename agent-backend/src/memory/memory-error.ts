export type MemoryErrorCode = 'empty' | 'too_long' | 'no_instance';

/** Why a fact was not stored. Its message says how to mend it, may be shown to a model, and holds no text of the fact. */
export class MemoryError extends Error {
  readonly code: MemoryErrorCode;
  constructor(code: MemoryErrorCode, message: string) {
    super(message);
    this.name = 'MemoryError';
    this.code = code;
  }
}
