export { type AgentName, parseAgentName } from './agent-name.ts';
export { type ErrorCode, type Problem, type RunErrorCode, STATUS_OF, TOKEN_CODES, type TokenCode } from './codes.ts';
export { type Cursor, formatCursor, parseCursor } from './cursor.ts';
export { type CustomEvent, isTerminal, type RunEvent, type RunOutcome } from './events.ts';
export { decideId, type IdProblemCode } from './decide-id.ts';
export { explainId } from './explain-id.ts';
export { type ParsedId, parseId } from './ids.ts';
export { findJsonTrap } from './json-trap.ts';
export type { Interrupt, ResumeEntry } from './interrupts.ts';
export { type Binding, INSTANCE_KINDS, type InstanceKind, type Level, LEVELS } from './levels.ts';
export { LIMITS } from './limits.ts';
export type {
  ClaimPreview,
  ClaimReceipt,
  ClaimRequest,
  EmbedConfig,
  IdentityKeyInfo,
  IdentityKeyStatus,
  Instance,
  InstanceRef,
  MemoryFact,
  Message,
  MessagePage,
  MessageStatus,
  MintRequest,
  MintResponse,
  Page,
  Participant,
  Session,
  TokenUsage,
} from './wire.ts';
export { explainWeakSecret } from './weak-secret.ts';
