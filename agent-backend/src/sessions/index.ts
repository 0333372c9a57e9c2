export { type Claimed, claimSessions, previewClaim, type Takeover, undoClaim } from './claim.ts';
export { type ClaimCall, type Claims, type ClaimsDeps, createClaims } from './claims.ts';
export { endIdleInstance, endInstance, eraseInstance, eraseRemains, getInstance, listIdleInstances, type Receipt } from './instances.ts';
export { appendMessage, getMessage, listMessages, type MessageQuery, type NewMessage } from './messages.ts';
export { type ExportedSession, type ExportOptions, exportSessions } from './export.ts';
export { listRunning, type RedactionReceipt, redactParticipant } from './participant-rows.ts';
export { CursorError } from './page-cursor.ts';
export {
  createSession,
  deleteSession,
  getSession,
  lastEventId,
  listSessions,
  type NewSession,
  renameSession,
  type SessionQuery,
} from './sessions.ts';
