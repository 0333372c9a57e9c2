import type { Member } from './accounts.ts';
import { type Html, html } from './html.ts';
import { type Shop, articlesUnder } from './shop.ts';
import { plantGrid } from './catalogue.ts';

/** The card in the drawer of the returns desk, until another is read in. */
export const DESK_CARD = 'FW-7Q4K-M9XD-2TFP';
const CARD = /^FW(-[A-Z0-9]{4}){3}$/;

/** The customer's card, or null where what was typed is none. */
export function readCard(typed: string | null): string | null {
  if (typed === null) return DESK_CARD;
  const card = typed.trim().toUpperCase();
  return CARD.test(card) ? card : null;
}

export function returnsDeskPage(card: string | null, typed: string | null): Html {
  return html`<section class="wrap page-head">
      <p class="eyebrow">Orchard Lane · counter 2</p>
      <h1>Returns desk</h1>
      <p class="lead">
        Read in the card from the parcel. The assistant keeps one file for each card, and picks it up where the last colleague left it.
      </p>
    </section>
    <section class="wrap desk">
      <form class="card" method="get" action="/returns-desk">
        <label for="card">Customer card</label>
        <div class="row">
          <input
            id="card"
            name="card"
            value="${typed ?? DESK_CARD}"
            autocomplete="off"
            spellcheck="false"
            ${card === null && html` aria-invalid="true" aria-describedby="card-error"`}
          /><button class="button" type="submit">Open file</button>
        </div>
        ${card === null && html`<p class="error" id="card-error">A card reads FW, then three groups of four letters or digits, such as ${DESK_CARD}.</p>`}
        <p class="small">A card is a label, not a proof: whoever holds it can open this file. Never put anything private in it.</p>
      </form>
      ${card !== null && parcel(card)}
    </section>`;
}

function parcel(card: string): Html {
  return html`<div class="card">
    <p class="eyebrow">On file</p>
    <h2 class="mono">${card}</h2>
    <table>
      <thead>
        <tr>
          <th>Parcel</th>
          <th>Sent</th>
          <th>State</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <td>Boston fern, 14 cm</td>
          <td>Wed 4 March</td>
          <td>Delivered</td>
        </tr>
        <tr>
          <td>Stoneware pot, chalk</td>
          <td>Wed 4 March</td>
          <td>Delivered chipped</td>
        </tr>
      </tbody>
    </table>
    <p><a href="/help/returns">What we replace, and when</a></p>
  </div>`;
}

export function loginPage(note: string | null): Html {
  return html`<section class="wrap narrow">
    <p class="eyebrow">Members</p>
    <h1>Welcome back</h1>
    <form class="card" method="post" action="/login">
      ${note !== null && html`<p class="error" role="alert">${note}</p>`}
      <label for="username">User name</label
      ><input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required />
      <label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required />
      <button class="button" type="submit">Sign in</button>
    </form>
    <div class="hint">
      <h2>Demo visitors</h2>
      <p>Sign in as <code>alice</code> with <code>fern-and-moss</code>, or as <code>bob</code> with <code>clay-and-rain</code>.</p>
    </div>
  </section>`;
}

export function accountPage(shop: Shop, member: Member): Html {
  return html`<section class="wrap page-head">
      <p class="eyebrow">Members</p>
      <h1>Good to see you, ${member.name}.</h1>
      <p class="lead">
        The assistant on this page knows that it is you: our server has signed your name. What you tell it here stays with your account, on
        every device, and with nobody else’s.
      </p>
    </section>
    <section class="wrap desk">
      <div class="card">
        <p class="eyebrow">Next parcel</p>
        <h2>Wednesday, with the second post</h2>
        <p>One spider plant and a bag of peat-free mix. You may change it until Tuesday noon.</p>
        <p><a href="/help/shipping">How we pack</a></p>
      </div>
      <div class="card">
        <p class="eyebrow">Your account</p>
        <h2>${member.name}</h2>
        <p>${member.email}</p>
        <p>Ask the assistant “What is my invoice address?”: it will want to know that it is still you.</p>
        <form method="post" action="/logout" id="sign-out"><button class="button button-plain" type="submit">Sign out</button></form>
      </div>
    </section>
    <section class="wrap">
      <div class="section-head">
        <h2>Chosen for your windows</h2>
        <a href="/planner">Open the planner</a>
      </div>
      ${plantGrid(shop, articlesUnder(shop, '/plants/').slice(2, 6))}
    </section>
    ${confirmDialog()}`;
}

/** Opened by members.js when the chat asks for a fresh sign-in. */
function confirmDialog(): Html {
  return html`<dialog class="card" id="confirm" aria-labelledby="confirm-title">
    <h2 id="confirm-title">Is it still you?</h2>
    <p>Type your password once more. The shop asks for it before it shows anything from your invoices.</p>
    <form>
      <p class="error" role="alert" hidden></p>
      <label for="confirm-password">Password</label
      ><input id="confirm-password" name="password" type="password" autocomplete="current-password" required />
      <div class="row">
        <button class="button" type="submit">Confirm</button><button class="button button-plain" type="button">Cancel</button>
      </div>
    </form>
  </dialog>`;
}

export function kioskPage(shop: Shop): Html {
  return html`<section class="kiosk">
    <div class="kiosk-art">${shop.art.get('hero')}</div>
    <div class="kiosk-words">
      <p class="eyebrow">Glasshouse kiosk</p>
      <h1>Ask about any plant on the tables.</h1>
      <p class="lead">Touch the round button in the corner. The next visitor starts afresh: nothing you say here is kept.</p>
      <ol class="steps">
        <li>Read the name on the label.</li>
        <li>Ask about light, water or pets.</li>
        <li>Walk away. It is forgotten.</li>
      </ol>
    </div>
  </section>`;
}

export function plannerPage({ widget }: Shop): Html {
  return html`<div id="planner" data-agent="${widget.agent}" data-embed-key="${widget.embedKey}" data-base-url="${widget.baseUrl}">
      <noscript
        ><p class="wrap lead">The planner needs JavaScript. The <a href="/care">care guides</a> do not.</p></noscript
      >
    </div>
    <script type="module" src="/planner/assets/planner.js"></script>`;
}

export function notFoundPage(shop: Shop): Html {
  return html`<section class="wrap lost">
    <div class="lost-art">${shop.art.get('snake')}</div>
    <div>
      <p class="eyebrow">404</p>
      <h1>Nothing grows here.</h1>
      <p class="lead">The page may have been repotted. Its label is still in the glasshouse somewhere.</p>
      <p class="actions"><a class="button" href="/plants">Back to the plants</a><a class="quiet" href="/help">Get help</a></p>
    </div>
  </section>`;
}
