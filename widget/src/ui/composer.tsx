import type { VNode } from 'preact';
import type { Ref } from 'preact';
import type { Conversation } from '../conversation/conversation.ts';
import { SendIcon, StopIcon } from './icons.tsx';
import type { View } from './view.ts';

/** The box one writes in. Enter sends, Shift+Enter begins a line, and Enter that ends a composition does neither. */
export function Composer({ view, field }: { view: View; field: Ref<HTMLTextAreaElement> }): VNode {
  const words = view.words.value;
  const conversation = view.model.conversation.value;
  const draft = conversation?.draft.value ?? '';
  const send = (): void => {
    // The conversation empties the draft when it has taken the words, and not before.
    if (draft.trim() !== '') conversation?.send(draft);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      part="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="grow" data-text={`${draft} `}>
        <textarea
          ref={field}
          part="input"
          rows={1}
          dir="auto"
          enterkeyhint="send"
          aria-label={words('compose')}
          placeholder={words('placeholder')}
          value={draft}
          readOnly={conversation === null}
          onInput={(event) => conversation?.setDraft(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <Buttons view={view} conversation={conversation} hasDraft={draft.trim() !== ''} />
    </form>
  );
}

function Buttons({ view, conversation, hasDraft }: { view: View; conversation: Conversation | null; hasDraft: boolean }): VNode {
  const words = view.words.value;
  const phase = conversation?.phase.value;
  const isAnswering = phase === 'answering' || phase === 'reconnecting';
  return (
    <>
      {isAnswering ? (
        <button
          type="button"
          class="round stop"
          part="stop"
          aria-label={words('stop')}
          title={words('stop')}
          onClick={() => conversation?.stop()}
        >
          <StopIcon />
        </button>
      ) : null}
      {isAnswering && !hasDraft ? null : (
        <button type="submit" class="round send" part="send" aria-label={words('send')} title={words('send')} disabled={!hasDraft}>
          <SendIcon />
        </button>
      )}
    </>
  );
}

/** Safari ends the composition before it reports its Enter; only the old key code still tells (w3c/uievents#202). */
function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
