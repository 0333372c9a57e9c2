export { eraseInstance, getInstance, listIdleInstances, type Receipt } from './instances.ts';
export { appendMessage, getMessage, listMessages, type MessageQuery, type NewMessage } from './messages.ts';
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
