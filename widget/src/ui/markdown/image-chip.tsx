import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { ImageIcon } from '../icons.tsx';
import type { DrawOptions } from './markdown.tsx';

/** Nothing loads by itself: an image is a button until the visitor asks for it, unless its origin is allowed (contract §8). */
export function ImageChip({ src, alt, options }: { src: URL; alt: string; options: DrawOptions }): VNode {
  const asked = useSignal('');
  const isAllowed = options.imageOrigins.includes(src.origin);
  const isShown = isAllowed || asked.value === src.href;
  if (isShown) {
    const url = isAllowed ? src.origin + src.pathname : src.href;
    return <img src={url} alt={alt} referrerpolicy="no-referrer" loading="lazy" decoding="async" />;
  }
  return (
    <button type="button" class="image" onClick={() => (asked.value = src.href)}>
      <ImageIcon />
      {options.words('image', { host: src.host })} · <b>{options.words('show')}</b>
    </button>
  );
}
