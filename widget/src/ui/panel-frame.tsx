import { asText } from './as-text.ts';
import { effect } from '../reactive/signal.ts';
import { Button, CLOSE, Icon, LEAF, NEW } from './button.tsx';
import { Composer } from './composer.tsx';
import { deepActive, holdTab } from './focus.ts';
import { MessageList } from './message-list.tsx';
import { describeTrouble, directionOf } from './texts.ts';
import type { View } from './view.ts';
import { watch } from './watch.ts';

const PHONE = '(max-width: 479px)';

interface ViewProps {
  readonly view: View;
}

/** The whole panel: a dialog that floats beside the launcher, or a region of the page. */
export const PanelFrame = watch<ViewProps>(({ view }) => {
  const { model } = view;
  const isDialog = model.mode === 'launcher';
  const field: { current: HTMLTextAreaElement | null } = { current: null };
  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    // The page's own shortcuts must not fire while somebody writes here.
    event.stopPropagation();
    if (!isDialog || event.isComposing) return;
    if (event.key === 'Escape') model.close();
    if (event.key === 'Tab' && matchMedia(PHONE).matches) holdTab(event, event.currentTarget);
  };
  const stop = (event: Event): void => event.stopPropagation();
  const follow = (panel: HTMLElement | null): undefined | (() => void) =>
    panel && isDialog ? followFocus({ view, panel, field }) : undefined;
  return () => (
    <div
      ref={follow}
      class="panel"
      part="panel"
      role={isDialog ? 'dialog' : 'region'}
      aria-label={view.words('chat', { name: view.name() })}
      lang={view.locale()}
      tabIndex={-1}
      hidden={isDialog && !model.isOpen.value}
      onKeyDown={onKeyDown}
      onKeyUp={stop}
      onKeyPress={stop}
    >
      <div class="inner" dir={directionOf(view.locale())}>
        <Header view={view} />
        <MessageList view={view} />
        {model.extras.value?.('cards')}
        <TroubleBanner view={view} />
        <Composer view={view} field={field} />
        <Footer view={view} />
        <Announcements view={view} />
        {model.extras.value?.('foot')}
      </div>
    </div>
  );
});

/** Moves focus in when the dialog opens, and back to where it came from when it closes. Returns the way to stop. */
function followFocus({ view, panel, field }: ViewProps & { panel: HTMLElement; field: { current: HTMLElement | null } }): () => void {
  let before: HTMLElement | null = null;
  return effect(() => {
    if (view.model.isOpen.value) {
      before = deepActive();
      panel.hidden = false;
      // On a touch screen the field's focus would raise the keyboard over the greeting.
      (matchMedia('(pointer: coarse)').matches ? panel : field.current)?.focus({ preventScroll: true });
    } else if (panel.matches(':focus-within')) {
      before?.focus({ preventScroll: true });
    }
  });
}

/** Who one is talking to, and the two things one can do with the whole chat. */
const Header = watch<ViewProps>(({ view: { model, words, name } }) => () => {
  const badge = model.config.value?.badge;
  return (
    <header part="header">
      <span class="avatar" part="avatar">
        <Icon d={LEAF} />
      </span>
      <div class="who">
        <h2 dir="auto">{name()}</h2>
        {badge ? <p dir="auto">{asText(badge)}</p> : null}
        {model.extras.value?.('header')}
      </div>
      {model.conversation.value?.messages.value.length ? (
        <Button class="icon" icon={NEW} label={words('newConversation')} onClick={() => model.newConversation()} />
      ) : null}
      {model.mode === 'launcher' ? <Button class="icon" icon={CLOSE} label={words('close')} onClick={() => model.close()} /> : null}
    </header>
  );
});

/** What is wrong, in plain words, and the button that mends it where one can. */
const TroubleBanner = watch<ViewProps>(({ view: { model, words, locale } }) => () => {
  const conversation = model.conversation.value;
  const whole = model.trouble.value;
  const trouble = whole ?? conversation?.trouble.value;
  return (
    <div role="status">
      {trouble ? (
        <div class="trouble" part="trouble">
          <p dir="auto">{describeTrouble(trouble, model.texts.value, locale())}</p>
          {trouble.mend === 'retry' ? (
            <Button class="" onClick={() => (whole ? model.reconnect() : conversation?.retry())}>
              {words('retry')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
});

/** Says quietly who can see this chat and how long it is kept. */
const Footer = watch<ViewProps>(({ view }) => () => (
  <p class="footer" part="footer" dir="auto">
    {describeIdentity(view)}
  </p>
));

function describeIdentity({ model, words }: View): string {
  const identity = model.identity.value;
  if (!identity) return '\u00a0';
  const { level, instance, storage, id } = identity;
  if (level === 'ephemeral') return words('whoEphemeral');
  if (instance?.kind === 'shared') return instance.name ? words('whoShared', { who: instance.name }) : words('whoSharedUnnamed');
  const who = identity.name || id || '';
  if (level !== 'anonymous') return words(level === 'verified' ? 'whoVerified' : 'whoSoft', { who });
  return words(storage === 'none' ? 'whoNone' : storage === 'session' ? 'whoSession' : 'whoAnonymous');
}

const Announcements = watch<ViewProps>(({ view: { announcements } }) => () => (
  <div class="unseen" aria-live="polite">
    {announcements.value.map(({ id, text }) => (
      <p key={id}>{text}</p>
    ))}
  </div>
));
