import { batch, type Signal } from '@preact/signals';
import type { RunEvent } from '@familiar/protocol';
import { toFailure } from '../session/failure.ts';
import { followRun, type RunTarget } from '../stream/follow-run.ts';
import { apply, NEW_RUN, type RunState } from './apply.ts';
import type { ConversationPhase, Trouble } from './conversation.ts';
import type { MessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';
import { troubleOf } from './trouble.ts';

export interface OutgoingMessage {
  readonly id: string;
  readonly runId: string;
  readonly text: string;
}

/** `unsent`: the server may not have the message; `unanswered`: it has, and the answer broke off. */
export type RunEnding = 'done' | 'unsent' | 'unanswered';

/** Drives one run at a time and paints what comes of it. */
export interface Runner {
  run(message: OutgoingMessage): Promise<RunEnding>;
  /** Follows a run that somebody else started, or this tab before a reload. */
  join(runId: string): Promise<void>;
  stop(): void;
}

export interface RunnerOptions extends ConversationOptions {
  readonly list: MessageList;
  readonly phase: Signal<ConversationPhase>;
  readonly activity: Signal<string | null>;
  readonly trouble: Signal<Trouble | null>;
  readonly signal: AbortSignal;
  ensureSession(): Promise<string>;
  reload(): Promise<string | null>;
  readonly report: (error: unknown) => void;
}

export function createRunner(options: RunnerOptions): Runner {
  const { list, phase, trouble, signal } = options;
  const follower = createFollower(options);
  const conclude = (state: RunState): boolean => {
    for (const answer of state.answers) options.onAnswer(answer.id);
    const code = state.ending?.code ?? null;
    if (code === null) return true;
    trouble.value = troubleOf(code);
    options.onTrouble(trouble.value);
    return false;
  };
  const join = async (runId: string): Promise<void> => {
    conclude(await follower.follow({ sessionId: await options.ensureSession(), runId, message: null }));
  };
  const post = async (message: OutgoingMessage): Promise<RunState> => {
    const sessionId = await options.ensureSession();
    const target = { sessionId, runId: message.runId, message: { id: message.id, content: message.text, context: options.context() } };
    for (;;) {
      try {
        return await follower.follow(target);
      } catch (error) {
        const { code, runId } = toFailure(error);
        if (code !== 'run_in_progress' || runId === undefined || signal.aborted) throw error;
        // Another tab or participant is being answered: watch that first, then ask again.
        await join(runId);
      }
    }
  };
  return {
    async run(message) {
      list.setSendState(message.id, 'sending');
      // Also while the session is being made: a second message has to wait.
      phase.value = 'answering';
      try {
        return conclude(await post(message)) ? 'done' : 'unanswered';
      } catch (error) {
        if (signal.aborted) return 'unsent';
        phase.value = 'idle';
        options.report(error);
        if (follower.isSent(message.id)) return 'unanswered';
        list.setSendState(message.id, 'failed');
        return 'unsent';
      }
    },
    async join(runId) {
      await join(runId).catch((error: unknown) => options.report(error));
    },
    stop: () => follower.stop(),
  };
}

/** Follows one run and paints it. */
interface Follower {
  follow(target: RunTarget): Promise<RunState>;
  isSent(messageId: string): boolean;
  stop(): void;
}

function createFollower(options: RunnerOptions): Follower {
  const { list, phase, activity, signal } = options;
  let current: { readonly sessionId: string; readonly runId: string; isStarted: boolean; mustStop: boolean } | null = null;

  const sent = new Set<string>();
  const markSent = (messageId: string): void => {
    if (sent.has(messageId)) return;
    sent.add(messageId);
    list.setSendState(messageId, 'sent');
    options.onSent(messageId);
  };
  const follow = async (target: RunTarget): Promise<RunState> => {
    let state = NEW_RUN;
    const running = { sessionId: target.sessionId, runId: target.runId, isStarted: false, mustStop: false };
    current = running;
    const onEvent = (event: RunEvent): void => {
      if (signal.aborted) return;
      state = apply(state, event);
      if (state.isStarted && !running.isStarted) {
        running.isStarted = true;
        if (running.mustStop) cancel(options, running);
      }
      if (target.message !== null && state.isStarted) markSent(target.message.id);
      paint(options, state);
    };
    const onReconnecting = (isReconnecting: boolean): void => {
      if (!signal.aborted) phase.value = isReconnecting ? 'reconnecting' : 'answering';
    };
    phase.value = 'answering';
    try {
      await followRun(target, { ...options, onEvent, onReconnecting });
      if (!signal.aborted && (state.hasGap || state.ending === null)) await options.reload();
      return state;
    } finally {
      current = null;
      batch(() => {
        activity.value = null;
        if (!signal.aborted) phase.value = 'idle';
      });
    }
  };
  return {
    follow,
    isSent: (messageId) => sent.has(messageId),
    stop() {
      if (current === null) return;
      if (current.isStarted) cancel(options, current);
      else current.mustStop = true;
    },
  };
}

function cancel({ api, signal, report }: RunnerOptions, { sessionId, runId }: { sessionId: string; runId: string }): void {
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}/runs/${encodeURIComponent(runId)}/cancel`;
  api.json(path, { method: 'POST', signal }).catch(report);
}

function paint({ list, activity }: RunnerOptions, state: RunState): void {
  batch(() => {
    list.merge(state.stored, 'after');
    for (const answer of state.answers) list.applyAnswer(answer, Date.now());
    activity.value = state.activity;
  });
}
