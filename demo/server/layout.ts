import type { Member } from './accounts.ts';
import { type Html, html } from './html.ts';
import type { Shop, WidgetSettings } from './shop.ts';

export interface Page {
  readonly title: string;
  readonly main: Html;
  /** Which entry of the navigation is the current one. */
  readonly section?: string;
  readonly member?: Member | null;
  /** `none` where a page brings its own widget; a string sets a soft `data-user-id`. */
  readonly chat?: 'anonymous' | 'none' | { readonly userId: string };
  /** Scripts of ours, run before the widget's. */
  readonly scripts?: readonly string[];
  readonly className?: string;
}

const SECTIONS = [
  ['/plants', 'Plants'],
  ['/care', 'Care'],
  ['/help', 'Help'],
  ['/planner', 'Planner'],
] as const;

/** The document around every page: head, navigation, footer, and the chat's script tag. */
export function layout(shop: Shop, page: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="Fernwell grows houseplants in Somerset and posts them, watered and wrapped, to your door." />
        <title>${page.title} · Fernwell</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/shop.css" />
      </head>
      <body class="${page.className ?? ''}">
        <a class="skip" href="#main">Skip to content</a>
        ${header(page)}
        <main id="main">${page.main}</main>
        ${footer()}
        ${(page.scripts ?? []).map((script) => html`<script src="/assets/${script}"></script> `)}${chatTag(shop.widget, page.chat ?? 'anonymous')}
      </body>
    </html> `;
}

/** The script tag that puts the agent on a page: what any customer pastes. */
function chatTag(widget: WidgetSettings, chat: NonNullable<Page['chat']>): Html | null {
  if (chat === 'none') return null;
  const userId = chat === 'anonymous' ? null : html` data-user-id="${chat.userId}"`;
  return html`<script
    async
    src="/familiar/familiar.js"
    data-agent="${widget.agent}"
    data-embed-key="${widget.embedKey}"
    data-base-url="${widget.baseUrl}"
    ${userId}
  ></script>`;
}

function header({ section, member }: Page): Html {
  const entry = (href: string, text: string) => html`<a href="${href}" ${section === href && html` aria-current="page"`}>${text}</a>`;
  return html`<header class="top">
    <a class="wordmark" href="/">Fernwell</a>
    <nav aria-label="Main">${SECTIONS.map(([href, text]) => entry(href, text))}</nav>
    <div class="who">${member ? entry('/account', member.name) : entry('/login', 'Sign in')}</div>
  </header>`;
}

function footer(): Html {
  return html`<footer class="foot">
    <div class="foot-grid">
      <div class="foot-lead">
        <p class="wordmark">Fernwell</p>
        <p>Houseplants by post since 2011, from one glasshouse at the bottom of Orchard Lane.</p>
      </div>
      <div>
        <h2>Shop</h2>
        <a href="/plants">All plants</a><a href="/help/gift-cards">Gift cards</a><a href="/help/shipping">Delivery</a
        ><a href="/help/returns">Returns</a>
      </div>
      <div>
        <h2>Growing</h2>
        <a href="/care">Care guides</a><a href="/planner">Plant planner</a><a href="/about">About us</a>
      </div>
      <div>
        <h2>In person</h2>
        <a href="/help/contact">Hours and contact</a><a href="/returns-desk">Returns desk</a><a href="/kiosk">Glasshouse kiosk</a>
      </div>
    </div>
    <p class="small">A demonstration shop: nothing here is for sale, and no order leaves this computer.</p>
  </footer>`;
}
