import type { VNode } from 'preact';
import type { View } from './view.ts';

/** Says quietly who can see this chat and how long it is kept. */
export function Footer({ view }: { view: View }): VNode {
  return (
    <p class="footer" part="footer" dir="auto">
      {describeIdentity(view)}
    </p>
  );
}

function describeIdentity({ model, words: { value: words } }: View): string {
  const identity = model.identity.value;
  if (!identity) return '\u00a0';
  if (identity.level === 'ephemeral') return words('whoEphemeral');
  const who = identity.name || identity.id || '';
  if (identity.instance?.kind === 'shared') {
    const name = identity.instance.name;
    return name ? words('whoShared', { who: name }) : words('whoSharedUnnamed');
  }
  if (identity.level === 'verified') return words('whoVerified', { who });
  if (identity.level === 'soft') return words('whoSoft', { who });
  if (identity.storage === 'none') return words('whoNone');
  return words(identity.storage === 'session' ? 'whoSession' : 'whoAnonymous');
}
