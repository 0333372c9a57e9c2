/** Settings of `theme` by their token, and the CSS property whose values they take. */
const TOKENS: Readonly<Record<string, readonly [token: string, property: string]>> = {
  accent: ['accent', 'color'],
  accentText: ['accent-text', 'color'],
  background: ['background', 'color'],
  surface: ['surface', 'color'],
  text: ['text', 'color'],
  border: ['border', 'border-color'],
  radius: ['radius', 'border-start-start-radius'],
  font: ['font', 'font-family'],
  fontSize: ['font-size', 'font-size'],
  zIndex: ['z-index', 'z-index'],
  offsetX: ['offset-x', 'inset-inline-end'],
  offsetY: ['offset-y', 'inset-block-end'],
  width: ['width', 'inline-size'],
  height: ['height', 'block-size'],
};

/**
 * Writes a theme into a rule for `:host` as `--familiar-*` tokens. `mode` (`light` or `dark`) overrules the system's.
 * A value that its CSS property would not take, or that could load something or refer elsewhere, is left out.
 */
export function applyTheme(sheet: CSSStyleSheet, theme: Readonly<Record<string, string>>): void {
  sheet.replaceSync(':host{}');
  const rule = sheet.cssRules[0];
  if (!(rule instanceof CSSStyleRule)) return;
  for (const [setting, [token, property]] of Object.entries(TOKENS)) {
    const value: unknown = Object.hasOwn(theme, setting) ? theme[setting] : undefined;
    const isSound = typeof value === 'string' && !/url|image|src|var|env|attr|[;{}<\\]/i.test(value) && CSS.supports(property, value);
    if (isSound) rule.style.setProperty(`--familiar-${token}`, value);
  }
  if (theme['mode'] === 'light' || theme['mode'] === 'dark') rule.style.setProperty('color-scheme', theme['mode']);
}
