import { batch, type Signal } from '../reactive/signal.ts';
import type { Interrupt } from '@familiar/protocol';
import { type Failure, toFailure } from '../session/failure.ts';
import { follow, type Target } from '../stream/follow.ts';
import type { HeardEvent } from '../stream/parse-event.ts';
import { apply, NEW_RUN, type RunState } from './apply.ts';
import type { ConversationPhase } from './conversation.ts';
import type { MessageList } from './message-list.ts';
import type { ConversationOptions } from './options.ts';

export interface FollowerOptions extends ConversationOptions {
  readonly list: MessageList;
  readonly phase: Signal<ConversationPhase>;
  readonly activity: Signal<string | null>;
  readonly life: AbortSignal;
  /** The server has begun a run: its message is durable. */
  readonly onStarted: (runId: string) => void;
  readonly onEnded: (code: string | null, interrupts: readonly Interrupt[]) => void;
  /** Asked between two runs of others: whether there is something better to do than to listen. */
  readonly mustLeave: () => boolean;
}

/** What became of it; `cursor`: the last event that was heard. */
export interface Outcome {
  readonly state: RunState;
  readonly cursor: string | null;
  readonly failure: Failure | null;
}

/** Follows runs, one at a time, and paints them. Never throws. */
export interface RunFollower {
  follow(target: Target): Promise<Outcome>;
  /** Cancels the run under way, now or as soon as it can be. */
  stop(): void;
  /** Stops listening for others, unless one of them is being answered. */
  leave(): void;
}

/** A run that is wanted or under way. `null` between the runs of others. */
interface Current {
  readonly path: string;
  runId: string | null;
  isStarted: boolean;
  stopping: 'no' | 'wanted' | 'asked';
  readonly leaving: AbortController;
}

export function createRunFollower(options: FollowerOptions): RunFollower {
  let current: Current | null = null;
  return {
    async follow(target) {
      const path = `/v1/sessions/${encodeURIComponent(target.sessionId)}/runs`;
      current = { path, runId: target.runId, isStarted: false, stopping: 'no', leaving: new AbortController() };
      return followOne(target, current, options).finally(() => (current = null));
    },
    stop() {
      if (current === null || current.runId === null) return;
      if (current.stopping === 'no') current.stopping = 'wanted';
      stopIfWanted(current, options);
    },
    leave() {
      if (current?.runId === null) current.leaving.abort();
    },
  };
}

async function followOne(target: Target, current: Current, options: FollowerOptions): Promise<Outcome> {
  const { life, phase } = options;
  const isWatching = target.runId === null;
  let state = NEW_RUN;
  let cursor = target.after;
  const showPhase = (isConnected: boolean): void => {
    if (!life.aborted) phase.value = current.runId === null ? 'idle' : isConnected ? 'answering' : 'reconnecting';
  };
  const onEvent = (event: HeardEvent, id: string): boolean => {
    cursor = id;
    if (event.type === 'RUN_STARTED') {
      state = NEW_RUN;
      Object.assign(current, { runId: event.runId, isStarted: true });
      options.onStarted(event.runId);
    }
    state = paint(state, event, options);
    if (state.hasGap) return true;
    stopIfWanted(current, options);
    if (state.ending !== null && isWatching) Object.assign(current, { runId: null, isStarted: false, stopping: 'no' });
    showPhase(true);
    return state.ending !== null && (!isWatching || options.mustLeave());
  };
  const onConnection = (isConnected: boolean): void => {
    showPhase(isConnected);
    if (isConnected) stopIfWanted(current, options);
  };
  try {
    showPhase(true);
    await follow(target, { ...options, signal: AbortSignal.any([life, current.leaving.signal]), onEvent, onConnection });
    return { state, cursor, failure: null };
  } catch (error) {
    const failure = toFailure(error);
    // What is not known to be finished is not shown as such.
    const silent = { ...options, onAnswer: () => undefined, onEnded: () => undefined };
    if (!life.aborted) paint(state, { type: 'RUN_ERROR', code: 'interrupted' }, silent);
    return { state, cursor, failure: failure.code === 'aborted' ? null : failure };
  }
}

/** Idempotent, and asked again when it failed and the connection is back. */
function stopIfWanted(current: Current, { api, life }: FollowerOptions): void {
  if (current.stopping !== 'wanted' || !current.isStarted || current.runId === null) return;
  current.stopping = 'asked';
  api.json(`${current.path}/${encodeURIComponent(current.runId)}/cancel`, { method: 'POST', signal: life }).catch(() => {
    current.stopping = 'wanted';
  });
}

function paint(before: RunState, event: HeardEvent, { list, activity, onAnswer, onEnded }: FollowerOptions): RunState {
  const state = apply(before, event);
  batch(() => {
    if (state.stored !== before.stored) list.take(state.stored);
    if (state.answers !== before.answers) state.answers.forEach((answer) => list.write(answer));
    activity.value = state.activity;
  });
  if (state.ending === null || before.ending !== null) return state;
  for (const { id } of [...state.answers, ...state.stored.filter(({ role }) => role === 'assistant')]) onAnswer(id);
  onEnded(state.ending.code, state.ending.interrupts);
  return state;
}
