import { icon, IMAGE } from '../button.ts';
import { h } from '../dom.ts';
import type { Words } from '../texts.ts';

/** What drawing needs to know beside the text. */
export interface DrawOptions {
  readonly words: Words;
  /** Exact origins whose images load by themselves, without query. */
  readonly imageOrigins: () => readonly string[];
  /** The page's own origin, against which `/path` links are resolved. */
  readonly origin: string;
  /** Addresses of the images that the visitor has asked for. */
  readonly asked: Set<string>;
  /** Quotes and lists around the text. */
  readonly depth: number;
  /** More text may follow. */
  readonly isOpen: boolean;
  /** False inside a link, and where further text may undo one: links and images are drawn as their words. */
  readonly mayLink: boolean;
}

/** `address` holds what is said in place of the image. Nothing loads by itself: an image is a button until the visitor asks for it, unless its origin is allowed (contract §8). */
export function drawImage(address: HTMLAnchorElement, { words, imageOrigins, asked }: DrawOptions): HTMLElement {
  const { href, host, origin, pathname, textContent: alt } = address;
  const draw = (src: string): HTMLElement => h('img', { alt, referrerpolicy: 'no-referrer', loading: 'lazy', src });
  if (imageOrigins().includes(origin)) return draw(origin + pathname);
  if (asked.has(href)) return draw(href);
  const show = (): void => {
    asked.add(href);
    chip.replaceWith(draw(href));
  };
  const chip = h(
    'button',
    // The value tells one address from another where a text is drawn again.
    { class: 'chip', title: alt, value: href, onclick: show },
    icon(IMAGE),
    words('image', { host }),
    ' · ',
    h('b', null, words('show')),
  );
  return chip;
}
