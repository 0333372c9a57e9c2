import css from './styles/launcher.css?inline';

export interface LauncherOptions {
  readonly root: ShadowRoot;
  /** Default `Open chat`. */
  readonly label?: string | undefined;
  readonly onToggle: () => void;
}
export type DrawLauncher = (options: LauncherOptions) => HTMLButtonElement;

/**
 * Draws the round button that opens the chat. Small enough to load with every page; `aria-expanded`, `aria-busy` and
 * `data-unread` show in how it looks. It stands under the panel in the same root, and goes with it.
 */
export const createLauncher: DrawLauncher = ({ root, label = 'Open chat', onToggle }) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
  const button = document.createElement('button');
  button.setAttribute('part', 'launcher');
  button.ariaLabel = label;
  button.ariaHasPopup = 'dialog';
  button.ariaExpanded = 'false';
  button.addEventListener('click', onToggle);
  root.prepend(button);
  return button;
};
