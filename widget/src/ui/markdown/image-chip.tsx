import { signal } from '../../reactive/signal.ts';
import { Button, IMAGE } from '../button.tsx';
import { watch } from '../watch.ts';
import type { DrawOptions } from './markdown.tsx';

/** Nothing loads by itself: an image is a button until the visitor asks for it, unless its origin is allowed (contract §8). */
export const ImageChip = watch<{ src: URL; alt: string; options: DrawOptions }>(() => {
  const asked = signal('');
  return ({ src, alt, options: { imageOrigins, words } }) => {
    const isAllowed = imageOrigins.includes(src.origin);
    if (isAllowed || asked.value === src.href)
      return <img src={isAllowed ? src.origin + src.pathname : src.href} alt={alt} referrerpolicy="no-referrer" loading="lazy" />;
    return (
      <Button class="chip" icon={IMAGE} onClick={() => (asked.value = src.href)}>
        {words('image', { host: src.host })} · <b>{words('show')}</b>
      </Button>
    );
  };
});
