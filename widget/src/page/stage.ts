import type { MintResponse } from '@familiar/protocol';
import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Conversation, Trouble } from '../conversation/conversation.ts';
import { createConversation } from '../conversation/create-conversation.ts';
import { createDrafts, NO_DRAFTS } from '../conversation/drafts.ts';
import { findNewestSession } from '../conversation/history.ts';
import { troubleFrom } from '../conversation/trouble.ts';
import type { BrowserKey } from '../identity/browser-key.ts';
import type { Session } from '../session/session.ts';
import type { VisitOptions } from './visit.ts';

export interface StageOptions extends VisitOptions {
  readonly session: Session;
  readonly key: ReadonlySignal<BrowserKey | null>;
}

/** What of a visit is on the screen: one conversation at a time, or what is in its way. */
export interface Stage {
  readonly grant: ReadonlySignal<MintResponse | null>;
  readonly conversation: ReadonlySignal<Conversation | null>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  readonly start: () => Promise<void>;
  readonly show: (sessionId: string | null) => void;
  /** Runs `work`; what fails is shown and told. False where it failed, or came too late. */
  readonly attempt: (work: () => Promise<unknown>) => Promise<boolean>;
  /** Forgets the draft that is kept. */
  readonly discard: () => void;
  /** For good: nothing reaches the screen after it. */
  readonly clear: () => void;
}

export function createStage(options: StageOptions): Stage {
  const grant = signal<MintResponse | null>(null);
  const conversation = signal<Conversation | null>(null);
  const trouble = signal<Trouble | null>(null);
  let drafts = NO_DRAFTS;
  let isOver = false;

  const hear = (what: Trouble): void => {
    if (isOver) return;
    if (what.code === 'gone' && options.identity().level === 'anonymous') options.onGone();
    else tell(options, what);
  };
  const show = (sessionId: string | null): void => {
    const granted = grant.peek();
    if (isOver || granted === null) return;
    conversation.peek()?.dispose();
    drafts = mayKeep(options, granted) ? createDrafts(options.vault, granted.participant, options.transport.clock) : NO_DRAFTS;
    conversation.value = createConversation({ ...connect(options, granted), drafts, sessionId, onTrouble: hear });
  };
  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return !isOver;
    } catch (error) {
      if (!isOver) hear((trouble.value = troubleFrom(error)));
      return false;
    }
  };
  const start = async (): Promise<void> => {
    if (isOver || conversation.peek() !== null) return;
    const [granted, newest] = await begin(options.session);
    if (isOver) return;
    grant.value = granted;
    trouble.value = null;
    show(newest);
  };
  return {
    grant,
    conversation,
    trouble,
    start,
    attempt,
    show,
    discard: () => drafts.discard(),
    clear() {
      isOver = true;
      conversation.peek()?.dispose();
      conversation.value = null;
    },
  };
}

async function begin(session: Session): Promise<[granted: MintResponse, newest: string | null]> {
  const granted = await session.grant();
  return [granted, granted.instance.kind === 'ephemeral' ? null : await findNewestSession(session)];
}

const mayKeep = ({ key }: StageOptions, { instance }: MintResponse): boolean =>
  key.peek()?.storage === 'durable' && instance.kind !== 'ephemeral';

function connect(
  { config, events, isOnScreen, onAnswer, session, transport }: StageOptions,
  { instance, limits, participant }: MintResponse,
) {
  return {
    api: session,
    clock: transport.clock,
    random: Math.random,
    context: () => config().context,
    me: participant,
    messageBytes: limits.message_bytes,
    queueLimit: limits.queued_messages,
    isShared: instance.kind === 'shared',
    isOnScreen,
    onAnswer,
    onSession: (sessionId: string) => events.emit('sessionstarted', { sessionId }),
    onSent: (messageId: string) => events.emit('messagesent', { messageId }),
  };
}

function tell({ events }: StageOptions, { code, mend, retryAfterMs }: Trouble): void {
  if (/^(limit_reached|budget_exhausted|rate_limited)$/.test(code))
    events.emit('limitreached', { code, retryAfterMs: retryAfterMs ?? null });
  events.emit('error', { code, mend });
}
