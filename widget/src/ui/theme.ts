/**
 * Writes `css` into the sheet, and a theme into its first rule, that for `:host`, as `--familiar-*` tokens. `mode` (`light` or
 * `dark`) overrules the system's. A value that is no colour, length or number (no font, for `font`), or that could load something
 * or refer elsewhere, is left out.
 */
export function applyTheme(sheet: CSSStyleSheet, css: string, theme: Readonly<Record<string, string>>): void {
  sheet.replaceSync(css);
  const { style } = sheet.cssRules[0] as CSSStyleRule;
  for (const [name, value] of Object.entries(theme)) {
    const takers = name === 'font' ? ['font-family'] : ['color', 'top', 'z-index'];
    if (name === 'mode' && /^(light|dark)$/.test(value)) style.colorScheme = value;
    else if (!/\b(url|image|src|var|env|attr|if)\b|[;{}<\\]/i.test(value) && takers.some((property) => CSS.supports(property, value)))
      style.setProperty(`--familiar-${name.replace(/[A-Z]/, '-$&').toLowerCase()}`, value);
  }
}
