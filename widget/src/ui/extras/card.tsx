import { effect } from '../../reactive/signal.ts';
import type { ComponentChildren, VNode } from 'preact';
import type { ExtrasModel } from './extras-model.ts';

/** A card takes no click before it has been in view this long: nobody presses what has just slid under their finger. */
export const ARM_DELAY_MS = 500;

/** Lets through the visitor's own clicks, once the card has been seen for a moment. */
export interface Guard {
  /** For the card's element. */
  readonly ref: (card: HTMLElement | null) => undefined | (() => void);
  click(run: () => void): (event: Event) => void;
}

export function createGuard({ panel, now }: ExtrasModel): Guard {
  let seenAt = Infinity;
  return {
    ref(card) {
      if (card === null) return undefined;
      const undo = effect(() => void (seenAt = panel.isOpen.value ? now() : Infinity));
      return () => {
        undo();
        // An answered card goes, and must not take the focus out of the dialog.
        if (card.matches(':focus-within')) card.closest<HTMLElement>('.panel')?.focus({ preventScroll: true });
      };
    },
    click: (run) => (event) => {
      if (event.isTrusted && now() - seenAt >= ARM_DELAY_MS) run();
    },
  };
}

interface CardProps {
  readonly name: string;
  readonly title: string;
  readonly guard: Guard;
  readonly children: ComponentChildren;
}

/** A question that stands over the composer until it is answered; the chat goes on meanwhile. */
export function Card({ name, title, guard, children }: CardProps): VNode {
  return (
    <section class={`card ${name}`} part={`card ${name}`} role="group" aria-label={title} ref={guard.ref}>
      <p class="card-title" dir="auto">
        {title}
      </p>
      {children}
    </section>
  );
}

interface CardButtonProps {
  readonly kind: 'strong' | 'quiet' | 'inline';
  readonly isBusy?: boolean;
  readonly onClick: (event: Event) => void;
  readonly children: ComponentChildren;
}

/** Not `disabled` while it works: the focus would be lost. */
export function CardButton({ kind, isBusy = false, onClick, children }: CardButtonProps): VNode {
  return (
    <button type="button" class={kind} part={`card-button ${kind}`} aria-disabled={isBusy} onClick={isBusy ? undefined : onClick}>
      {children}
    </button>
  );
}
