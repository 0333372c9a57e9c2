import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Garden, loadGarden, saveGarden, toggle } from './garden.ts';
import { daysUntilWater, type Plant, PLANTS } from './plants.ts';

type Route = 'today' | 'plants' | 'wishlist';

const ROUTES: readonly { readonly route: Route; readonly path: string; readonly name: string }[] = [
  { route: 'today', path: '/planner', name: 'Today' },
  { route: 'plants', path: '/planner/plants', name: 'My plants' },
  { route: 'wishlist', path: '/planner/wishlist', name: 'Wishlist' },
];

interface GardenProps {
  readonly garden: Garden;
  readonly change: (garden: Garden) => void;
}

function useRoute(): [Route, (path: string) => void] {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => setPath(location.pathname);
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = (next: string) => {
    history.pushState(null, '', next);
    setPath(next);
  };
  return [ROUTES.find((entry) => entry.path === path)?.route ?? 'today', go];
}

export function App() {
  const [route, go] = useRoute();
  const [garden, setGarden] = useState(loadGarden);
  const change = (next: Garden) => {
    setGarden(next);
    saveGarden(next);
  };
  useEffect(() => {
    const wish = new URLSearchParams(location.search).get('add');
    if (wish === null || !PLANTS.some(({ slug }) => slug === wish)) return;
    history.replaceState(null, '', location.pathname);
    if (!garden.wishes.includes(wish)) change({ ...garden, wishes: [...garden.wishes, wish] });
  }, []);
  return (
    <div class="wrap planner">
      <nav class="tabs" aria-label="Planner">
        {ROUTES.map((entry) => (
          <a
            key={entry.path}
            href={entry.path}
            aria-current={entry.route === route ? 'page' : undefined}
            onClick={(event: MouseEvent) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              go(entry.path);
            }}
          >
            {entry.name}
          </a>
        ))}
      </nav>
      {route === 'today' && <Today garden={garden} change={change} />}
      {route === 'plants' && <MyPlants garden={garden} change={change} />}
      {route === 'wishlist' && <Wishlist garden={garden} change={change} />}
    </div>
  );
}

function Head({ eyebrow, title, children }: { eyebrow: string; title: string; children: ComponentChildren }) {
  return (
    <header class="page-head">
      <p class="eyebrow">{eyebrow}</p>
      <h1>{title}</h1>
      <p class="lead">{children}</p>
    </header>
  );
}

function Today({ garden, change }: GardenProps) {
  const now = Date.now();
  const mine = PLANTS.filter(({ slug }) => garden.mine.includes(slug));
  const due = mine.filter((plant) => daysUntilWater(plant, garden.watered[plant.slug], now) <= 0);
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }).format(now);
  const title = due.length === 0 ? 'All is well.' : due.length === 1 ? 'One plant is thirsty.' : `${due.length} plants are thirsty.`;
  return (
    <section>
      <Head eyebrow={day} title={title}>
        Feel the soil before you pour. The planner only reminds you to look.
      </Head>
      <ul class="tasks">
        {mine.map((plant) => (
          <Task key={plant.slug} plant={plant} days={daysUntilWater(plant, garden.watered[plant.slug], now)}>
            <button
              type="button"
              class="button button-plain"
              onClick={() => change({ ...garden, watered: { ...garden.watered, [plant.slug]: Date.now() } })}
            >
              Watered
            </button>
          </Task>
        ))}
      </ul>
      {mine.length === 0 && <p class="empty">No plants yet. Choose them under “My plants”.</p>}
    </section>
  );
}

function Task({ plant, days, children }: { plant: Plant; days: number; children: ComponentChildren }) {
  return (
    <li class={days <= 0 ? 'task task-due' : 'task'}>
      <span class={`swatch tint-${plant.tint}`} aria-hidden="true">
        {plant.name.slice(0, 1)}
      </span>
      <div>
        <h2>{plant.name}</h2>
        <p>{days <= 0 ? plant.tip : `Again in ${days} ${days === 1 ? 'day' : 'days'}`}</p>
      </div>
      {days <= 0 && children}
    </li>
  );
}

function MyPlants({ garden, change }: GardenProps) {
  return (
    <section>
      <Head eyebrow="My plants" title="Who lives with you?">
        Choose the plants you have. They are kept in this browser only.
      </Head>
      <ul class="picks">
        {PLANTS.map((plant) => (
          <li key={plant.slug}>
            <label class={`pick tint-${plant.tint}`}>
              <input
                type="checkbox"
                checked={garden.mine.includes(plant.slug)}
                onChange={() => change({ ...garden, mine: toggle(garden.mine, plant.slug) })}
              />
              <span>{plant.name}</span>
              <small>water every {plant.everyDays} days</small>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Wishlist({ garden, change }: GardenProps) {
  const wishes = PLANTS.filter(({ slug }) => garden.wishes.includes(slug));
  return (
    <section>
      <Head eyebrow="Wishlist" title="One day, on that sill.">
        Plants you have your eye on. Ask the assistant whether they would like your room.
      </Head>
      <ul class="tasks">
        {wishes.map((plant) => (
          <li class="task" key={plant.slug}>
            <span class={`swatch tint-${plant.tint}`} aria-hidden="true">
              {plant.name.slice(0, 1)}
            </span>
            <div>
              <h2>
                <a href={plant.url}>{plant.name}</a>
              </h2>
              <p>Water every {plant.everyDays} days</p>
            </div>
            <button
              type="button"
              class="button button-plain"
              onClick={() => change({ ...garden, wishes: toggle(garden.wishes, plant.slug) })}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {wishes.length === 0 && (
        <p class="empty">
          Nothing yet. <a href="/plants">Look around the glasshouse</a>.
        </p>
      )}
    </section>
  );
}
