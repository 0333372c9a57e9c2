/** Settings of `theme` by the CSS property whose values they take. */
const SETTINGS = {
  color: 'accent accentText background surface text border',
  'font-family': 'font',
  'font-size': 'fontSize',
  'z-index': 'zIndex',
  top: 'radius offsetX offsetY width height',
};

/**
 * Writes a theme into a rule for `:host` as `--familiar-*` tokens. `mode` (`light` or `dark`) overrules the system's.
 * A value that its CSS property would not take, or that could load something or refer elsewhere, is left out.
 */
export function applyTheme(sheet: CSSStyleSheet, theme: Readonly<Record<string, string>>): void {
  sheet.replaceSync(':host{}');
  const { style } = sheet.cssRules[0] as CSSStyleRule;
  for (const [property, settings] of Object.entries(SETTINGS))
    for (const setting of settings.split(' ')) {
      const value: unknown = Object.hasOwn(theme, setting) && theme[setting];
      const isSound = typeof value === 'string' && !/url|image|src|var|env|attr|[;{}<\\]/i.test(value) && CSS.supports(property, value);
      if (isSound) style.setProperty(`--familiar-${setting.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`, value);
    }
  if (Object.hasOwn(theme, 'mode') && /^(light|dark)$/.test(`${theme['mode']}`)) style.setProperty('color-scheme', `${theme['mode']}`);
}
