import type { Config } from '../config/config.ts';

export interface Host {
  readonly root: ShadowRoot;
  /** Makes it blank at once, without taking the focus. */
  readonly veil: (isVeiled: boolean) => void;
  readonly remove: () => void;
}

/** Makes the element that holds the widget's shadow root: at the page's end for a launcher, else inside the container. */
export function placeHost(config: Config): Host {
  const host = document.createElement('familiar-widget');
  const root = host.attachShadow({ mode: 'open' });
  // Read as an element, or refused with a warning.
  const container = config.container as Element | null;
  (config.mode === 'launcher' || container === null ? document.body : container).append(host);
  return {
    root,
    veil: (isVeiled) => host.style.setProperty('opacity', isVeiled ? '0' : '', 'important'),
    remove: () => host.remove(),
  };
}
