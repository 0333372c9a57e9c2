import type { Article } from './articles.ts';
import { type Html, html } from './html.ts';
import { type Shop, articlesUnder } from './shop.ts';

/** A grid of plants, each with its drawing, name and price. */
export function plantGrid(shop: Shop, plants: readonly Article[]): Html {
  return html`<ul class="plants">
    ${plants.map((plant) => plantCard(shop, plant))}
  </ul>`;
}

function plantCard(shop: Shop, { url, title, facts }: Article): Html {
  return html`<li>
    <a class="plant" href="${url}">
      <span class="plate tint-${facts.tint ?? 'sage'}">${drawing(shop, facts.art)}</span>
      <span class="plant-name">${title}</span><span class="plant-price">${facts.price}</span>
      <span class="plant-note">${facts.note}</span>
    </a>
  </li>`;
}

function drawing(shop: Shop, name = ''): Html | undefined {
  return shop.art.get(name);
}

export function homePage(shop: Shop): Html {
  const featured = articlesUnder(shop, '/plants/').filter(({ facts }) => facts.featured === 'yes');
  return html`${hero(shop)}${promises()}
    <section class="wrap">
      <div class="section-head">
        <h2>Easy to live with</h2>
        <a href="/plants">All plants</a>
      </div>
      ${plantGrid(shop, featured)}
    </section>
    ${journal(shop)}`;
}

function hero(shop: Shop): Html {
  return html`<section class="hero">
    <div class="hero-words">
      <p class="eyebrow">Grown in Somerset · posted on Mondays and Wednesdays</p>
      <h1>A little more green, <em>by post.</em></h1>
      <p class="lead">
        We raise houseplants slowly, pack them like heirlooms, and stay around for questions long after they have settled in.
      </p>
      <p class="actions">
        <a class="button" href="/plants">Meet the plants</a><a class="quiet" href="/care/light">How much light do I have?</a>
      </p>
    </div>
    <div class="hero-art">${shop.art.get('hero')}</div>
  </section>`;
}

function promises(): Html {
  return html`<section class="band">
    <ul class="promises">
      <li>
        <h2>Thirty days to root</h2>
        <p>If it arrives tired, or sulks in its first month, we send another.</p>
        <a href="/help/returns">Our promise</a>
      </li>
      <li>
        <h2>Warm in winter</h2>
        <p>A heat pack travels along whenever the night falls below five degrees.</p>
        <a href="/help/shipping">How we post</a>
      </li>
      <li>
        <h2>Peat-free since 2014</h2>
        <p>Our own mix of bark, coir and leaf mould, in pots that can be planted.</p>
        <a href="/about">Who we are</a>
      </li>
    </ul>
  </section>`;
}

function journal(shop: Shop): Html {
  return html`<section class="wrap">
    <div class="journal tint-butter">
      <div>
        <p class="eyebrow">From the potting bench</p>
        <h2>Most houseplants die of kindness.</h2>
        <p>One finger in the soil tells you more than any calendar. Our shortest guide is also the one we send most often.</p>
        <a class="button" href="/care/watering">Read about watering</a>
      </div>
      <div class="journal-art">${shop.art.get('can')}</div>
    </div>
  </section>`;
}

export function plantsPage(shop: Shop): Html {
  return html`<section class="wrap page-head">
      <p class="eyebrow">The glasshouse</p>
      <h1>All plants</h1>
      <p class="lead">
        A short list on purpose. Each of these we have grown for years, and can tell you how it behaves on a north-facing sill in February.
      </p>
    </section>
    <section class="wrap">${plantGrid(shop, articlesUnder(shop, '/plants/'))}</section>`;
}

export function plantPage(shop: Shop, plant: Article): Html {
  const { facts } = plant;
  const others = articlesUnder(shop, '/plants/').filter(({ url }) => url !== plant.url);
  return html`<article class="wrap product">
      <div class="plate plate-large tint-${facts.tint ?? 'sage'}">${drawing(shop, facts.art)}</div>
      <div class="product-words">
        <p class="crumbs"><a href="/plants">Plants</a></p>
        <h1>${plant.title}</h1>
        <p class="latin">${facts.latin}</p>
        <p class="price">${facts.price} <span>${facts.size}</span></p>
        <p class="actions"><a class="button" href="/planner/wishlist?add=${facts.art}">Add to my wishlist</a></p>
        <dl class="facts">
          <div>
            <dt>Light</dt>
            <dd>${facts.light}</dd>
          </div>
          <div>
            <dt>Water</dt>
            <dd>${facts.water}</dd>
          </div>
          <div>
            <dt>Pets</dt>
            <dd>${facts.pets}</dd>
          </div>
        </dl>
        <div class="prose">${plant.body}</div>
      </div>
    </article>
    <section class="wrap">
      <div class="section-head">
        <h2>Good company</h2>
        <a href="/plants">All plants</a>
      </div>
      ${plantGrid(shop, others.slice(0, 4))}
    </section>`;
}

export function articlePage(shop: Shop, article: Article): Html {
  const section = article.url.startsWith('/care/') ? 'care' : 'help';
  const siblings = articlesUnder(shop, `/${section}/`);
  return html`<div class="wrap reading">
    <article class="prose">
      <p class="eyebrow">${section === 'care' ? 'Care guides' : 'Help'}</p>
      <h1>${article.title}</h1>
      ${article.body}
    </article>
    <aside>
      <nav aria-label="More to read">
        <h2>${section === 'care' ? 'More guides' : 'More help'}</h2>
        ${siblings.map(({ url, title }) => html`<a href="${url}" ${url === article.url && html` aria-current="page"`}>${title}</a>`)}
      </nav>
    </aside>
  </div>`;
}

export function indexPage(shop: Shop, section: 'care' | 'help'): Html {
  const heads = {
    care: ['Care guides', 'What we tell friends when they ring up: short, seasonal and tested on our own windowsills.'],
    help: ['Help', 'Delivery, returns and everything else that happens between our glasshouse and your windowsill.'],
  } as const;
  const [title, lead] = heads[section];
  return html`<section class="wrap page-head">
      <p class="eyebrow">Fernwell</p>
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
    </section>
    <section class="wrap">
      <ul class="guides">
        ${articlesUnder(shop, `/${section}/`).map(
          ({ url, title, facts }) =>
            html`<li>
              <a href="${url}"
                ><h2>${title}</h2>
                <p>${facts.summary}</p></a
              >
            </li>`,
        )}
      </ul>
    </section>`;
}
