import type { VNode } from 'preact';
import { describeTrouble } from './texts.ts';
import type { View } from './view.ts';

/** What is wrong, in plain words, and the button that mends it where one can. */
export function TroubleBanner({ view }: { view: View }): VNode {
  const { model } = view;
  const conversation = model.conversation.value;
  const whole = model.trouble.value;
  const trouble = whole ?? conversation?.trouble.value ?? null;
  const retry = whole ? () => model.reconnect() : () => conversation?.retry();
  return (
    <div role="status">
      {trouble ? (
        <div class="trouble" part="trouble">
          <p dir="auto">{describeTrouble(trouble, model.texts.value, view.locale.value)}</p>
          {trouble.mend === 'retry' ? (
            <button type="button" onClick={retry}>
              {view.words.value('retry')}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
