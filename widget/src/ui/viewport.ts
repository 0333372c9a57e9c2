/**
 * Keeps `--viewport-height` and `--viewport-top` of a rule at what the visitor really sees: on iOS the keyboard covers
 * fixed elements and no CSS unit knows of it. Returns the way to stop.
 */
export function followViewport(rule: CSSStyleRule): () => void {
  const viewport = window.visualViewport;
  if (!viewport) return () => {};
  const update = (): void => {
    // Pinch zoom shrinks the visual viewport too; then the panel keeps its place.
    if (viewport.scale > 1.01) return;
    rule.style.setProperty('--viewport-height', `${viewport.height}px`);
    rule.style.setProperty('--viewport-top', `${viewport.offsetTop}px`);
  };
  update();
  viewport.addEventListener('resize', update);
  viewport.addEventListener('scroll', update);
  return () => {
    viewport.removeEventListener('resize', update);
    viewport.removeEventListener('scroll', update);
  };
}
