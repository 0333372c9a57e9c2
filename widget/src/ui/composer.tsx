import type { Ref } from 'preact';
import { Button, SEND, STOP } from './button.tsx';
import type { View } from './view.ts';
import { watch } from './watch.ts';

/** The box one writes in. Enter sends, Shift+Enter begins a line, and Enter that ends a composition does neither. */
export const Composer = watch<{ view: View; field: Ref<HTMLTextAreaElement> }>(({ view: { model, words }, field }) => () => {
  const conversation = model.conversation.value;
  const draft = conversation?.draft.value ?? '';
  const hasDraft = draft.trim() !== '';
  const phase = conversation?.phase.value;
  const isAnswering = phase === 'answering' || phase === 'reconnecting';
  const send = (event: Event): void => {
    event.preventDefault();
    // The conversation empties the draft when it has taken the words, and not before.
    if (hasDraft) conversation?.send(draft);
  };
  return (
    <form class="composer" part="composer" onSubmit={send}>
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
          readOnly={!conversation}
          onInput={(event) => conversation?.setDraft(event.currentTarget.value)}
          // Safari ends the composition before it reports its Enter; only the old key code still tells (w3c/uievents#202).
          onKeyDown={(event) => event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229 && send(event)}
        />
      </div>
      {isAnswering ? (
        <Button class="round stop" part="stop" icon={STOP} label={words('stop')} onClick={() => conversation?.stop()} />
      ) : null}
      {isAnswering && !hasDraft ? null : (
        <Button type="submit" class="round" part="send" icon={SEND} label={words('send')} disabled={!hasDraft} />
      )}
    </form>
  );
});
