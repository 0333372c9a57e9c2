import type { VNode } from 'preact';
import { asText } from './as-text.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { LeafIcon } from './icons.tsx';
import type { View } from './view.ts';

/** What stands in an empty conversation: the greeting, and questions one may begin with. */
export function Welcome({ view, conversation }: { view: View; conversation: Conversation }): VNode {
  const config = view.model.config.value;
  const words = view.words.value;
  const suggestions = config?.suggestions ?? [];
  return (
    <div class="welcome" part="welcome">
      <span class="avatar big">
        <LeafIcon />
      </span>
      <p class="greeting" dir="auto">
        {asText(config?.greeting || words('greeting'))}
      </p>
      {suggestions.length > 0 ? (
        <ul aria-label={words('suggestions')}>
          {suggestions.map((suggestion) => (
            <li key={suggestion}>
              <button type="button" class="chip" part="suggestion" dir="auto" onClick={() => conversation.send(asText(suggestion))}>
                {asText(suggestion)}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
