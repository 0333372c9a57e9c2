import css from './styles/launcher.css?inline';

/** The round button that opens the chat. Small enough to load with every page: no framework beneath it. */
export interface Launcher {
  setOpen(isOpen: boolean): void;
  /** Shows how many messages have not been seen; 0 hides the badge, more than 9 reads "9+". */
  setUnread(count: number): void;
  setBusy(isBusy: boolean): void;
  /** Removes the button and its styles. */
  dispose(): void;
}

const SVG = 'http://www.w3.org/2000/svg';
const BUBBLE = 'M12 4c-5 0-8 3-8 7 0 2 1 4 2 5l-1 4 5-1c7 1 10-4 10-8s-3-7-8-7z';

export interface LauncherOptions {
  readonly root: ShadowRoot;
  readonly label: string;
  readonly onToggle: () => void;
}
export type DrawLauncher = (options: LauncherOptions) => Launcher;

export function createLauncher({ root, label, onToggle }: LauncherOptions): Launcher {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const button = document.createElement('button');
  const set = (name: string, value: string, on: Element = button): void => on.setAttribute(name, value);
  const icon = document.createElementNS(SVG, 'svg');
  set('viewBox', '0 0 24 24', icon);
  set('width', '26', icon);
  set('aria-hidden', 'true', icon);
  for (const shape of [BUBBLE, 'M6 6l12 12M18 6L6 18']) {
    const path = document.createElementNS(SVG, 'path');
    set('d', shape, path);
    icon.append(path);
  }
  button.className = 'launch';
  button.type = 'button';
  set('part', 'launcher');
  set('aria-label', label);
  set('aria-haspopup', 'dialog');
  set('aria-expanded', 'false');
  button.addEventListener('click', onToggle);
  button.append(icon);
  root.append(button);
  return {
    setOpen: (isOpen) => set('aria-expanded', `${isOpen}`),
    setUnread(count) {
      const shown = count > 9 ? '9+' : `${count}`;
      set('aria-label', count > 0 ? `${label} (${shown})` : label);
      button.toggleAttribute('data-unread', count > 0);
      if (count > 0) set('data-unread', shown);
    },
    setBusy: (isBusy) => set('aria-busy', `${isBusy}`),
    dispose() {
      button.remove();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
    },
  };
}
