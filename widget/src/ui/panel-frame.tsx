import { useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { Composer } from './composer.tsx';
import { deepActive, holdTab } from './focus.ts';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { MessageList } from './message-list.tsx';
import { directionOf } from './texts.ts';
import { TroubleBanner } from './trouble-banner.tsx';
import type { View } from './view.ts';

const PHONE = '(max-width: 479px)';

/** The whole panel: a dialog that floats beside the launcher, or a region of the page. */
export function PanelFrame({ view }: { view: View }): VNode {
  const { model } = view;
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const isDialog = model.mode === 'launcher';
  const isOpen = !isDialog || model.isOpen.value;
  useFocus(view, panel, field);
  const onKeyDown = (event: KeyboardEvent): void => {
    // The page's own shortcuts must not fire while somebody writes here.
    event.stopPropagation();
    if (!isDialog || event.isComposing) return;
    if (event.key === 'Escape') model.close();
    if (event.key === 'Tab' && panel.current && matchMedia(PHONE).matches) holdTab(event, panel.current);
  };
  return (
    <div
      ref={panel}
      class="panel"
      part="panel"
      role={isDialog ? 'dialog' : 'region'}
      aria-label={view.words.value('chat', { name: view.name.value })}
      lang={view.locale.value}
      tabIndex={-1}
      hidden={!isOpen}
      onKeyDown={onKeyDown}
      onKeyUp={(event) => event.stopPropagation()}
      onKeyPress={(event) => event.stopPropagation()}
    >
      <div class="inner" dir={directionOf(view.locale.value)}>
        <Header view={view} />
        <MessageList view={view} />
        <TroubleBanner view={view} />
        <Composer view={view} field={field} />
        <Footer view={view} />
        <Announcements view={view} />
      </div>
    </div>
  );
}

function Announcements({ view }: { view: View }): VNode {
  return (
    <div class="unseen" aria-live="polite" aria-atomic="false">
      {view.announcements.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}

type Box<T> = { readonly current: T | null };

/** Moves focus in when the dialog opens, and back to where it came from when it closes. */
function useFocus(view: View, panel: Box<HTMLElement>, field: Box<HTMLElement>): void {
  const before = useRef<HTMLElement | null>(null);
  useSignalEffect(() => {
    const isOpen = view.model.isOpen.value;
    const box = panel.current;
    if (view.model.mode !== 'launcher' || !box) return;
    if (isOpen) {
      before.current = deepActive();
      box.hidden = false;
      // On a touch screen the field's focus would raise the keyboard over the greeting.
      (matchMedia('(pointer: coarse)').matches ? box : field.current)?.focus({ preventScroll: true });
    } else if (box.contains(deepActive()) || box.matches(':focus-within')) {
      before.current?.focus({ preventScroll: true });
    }
  });
}
