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
  root.adoptedStyleSheets.push(sheet);
  const icon = make('svg', { viewBox: '0 0 24 24', width: '26', 'aria-hidden': 'true' });
  icon.append(make('path', { d: BUBBLE }), make('path', { d: 'M6 6l12 12M18 6L6 18' }));
  const button = make('button', {
    class: 'launch',
    part: 'launcher',
    'aria-label': label,
    'aria-haspopup': 'dialog',
    'aria-expanded': 'false',
  });
  button.addEventListener('click', onToggle);
  button.append(icon);
  root.append(button);
  return {
    setOpen: (isOpen) => button.setAttribute('aria-expanded', `${isOpen}`),
    setUnread(count) {
      const shown = count > 9 ? '9+' : `${count}`;
      button.setAttribute('aria-label', count > 0 ? `${label} (${shown})` : label);
      if (count > 0) button.setAttribute('data-unread', shown);
      else button.removeAttribute('data-unread');
    },
    setBusy: (isBusy) => button.setAttribute('aria-busy', `${isBusy}`),
    dispose() {
      button.remove();
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
    },
  };
}

function make(name: string, attributes: Readonly<Record<string, string>>): Element {
  const element = document.createElementNS(`http://www.w3.org/${name === 'button' ? '1999/xhtml' : '2000/svg'}`, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
