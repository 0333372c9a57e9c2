import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { scope, signal } from '../reactive/signal.ts';
import { createLauncher } from './launcher.ts';
import { renderPanel } from './panel.ts';
import { createFakeModel, fakeAnswer, fakeUser } from './test/fake-model.ts';

let fake: ReturnType<typeof createFakeModel>;
let host: HTMLElement;
let root: ShadowRoot;
let unmount: () => void;

function mount(mode: 'launcher' | 'inline' = 'launcher'): void {
  fake = createFakeModel(mode);
  host = document.createElement('div');
  document.body.append(host);
  root = host.attachShadow({ mode: 'open' });
  [, unmount] = scope(() => renderPanel({ model: fake.model, root }));
}

beforeEach(() => mount());
afterEach(() => {
  unmount();
  host.remove();
});

/** Typed by the caller, as `querySelector` is. */
function find<T extends HTMLElement = HTMLElement>(selector: string, _type?: T): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
const button = (label: string): HTMLButtonElement => find<HTMLButtonElement>(`button[aria-label="${label}"]`);
const isShown = (): boolean => find('.panel').checkVisibility();
const field = (): HTMLTextAreaElement => find('textarea');
const seen = (text: string | RegExp): Promise<void> => vi.waitFor(() => expect(find('.panel').innerText).toMatch(text));
const spoken = (): string => [...root.querySelectorAll('[aria-live=polite] p')].map((line) => line.textContent).join(' ');

test('focus moves in when the dialog opens and goes back when Escape closes it', async () => {
  const opener = createLauncher({ root, label: 'Open chat', onToggle: () => fake.model.open() });
  expect(isShown()).toBe(false);
  opener.focus();
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(root.activeElement).toBe(field()));
  expect(find('.panel').getAttribute('role')).toBe('dialog');
  expect(find('.panel').getAttribute('aria-label')).toBe('Chat with Fern');
  await userEvent.keyboard('{Escape}');
  await vi.waitFor(() => expect(root.activeElement).toBe(opener));
  expect(isShown()).toBe(false);
});

test('keys typed in the panel do not reach the page', async () => {
  const heard: string[] = [];
  const hear = (event: KeyboardEvent): number => heard.push(event.key);
  document.addEventListener('keydown', hear);
  fake.isOpen.value = true;
  field().focus();
  await userEvent.keyboard('s');
  expect(field().value).toBe('s');
  expect(heard).toEqual([]);
  document.removeEventListener('keydown', hear);
});

test('Enter sends the draft, Shift+Enter begins a line', async () => {
  fake.isOpen.value = true;
  field().focus();
  await userEvent.keyboard('one{Shift>}{Enter}{/Shift}two');
  await vi.waitFor(() => expect(fake.draft.value).toBe('one\ntwo'));
  expect(fake.calls).toEqual([]);
  await userEvent.keyboard('{Enter}');
  expect(fake.calls).toEqual(['send one\ntwo']);
  await vi.waitFor(() => expect(field().value).toBe(''));
});

test('Enter that ends a composition does not send', () => {
  fake.draft.value = 'かな';
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
  field().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true }));
  expect(fake.calls).toEqual([]);
});

test('blanks alone are not sent', async () => {
  fake.isOpen.value = true;
  fake.draft.value = ' \n ';
  await vi.waitFor(() => expect(field().value).toBe(' \n '));
  field().focus();
  await userEvent.keyboard('{Enter}');
  expect(fake.calls).toEqual([]);
  expect(button('Send').disabled).toBe(true);
});

test('stop replaces send while an answer runs', async () => {
  fake.phase.value = 'answering';
  await vi.waitFor(() => button('Stop').click());
  expect(fake.calls).toEqual(['stop']);
  expect(root.querySelector('[aria-label=Send]')).toBeNull();
});

test('an empty conversation greets and a suggestion is sent as it stands', async () => {
  fake.isOpen.value = true;
  await seen(/Hello from Fern/);
  find<HTMLButtonElement>('.chip').click();
  expect(fake.calls).toEqual(['send How long does delivery take?']);
});

test('a message that failed says so and is tried again', async () => {
  fake.isOpen.value = true;
  fake.messages.value = [fakeUser('hello', 'failed')];
  await seen(/Not sent/);
  find<HTMLButtonElement>('.bad .link').click();
  expect(fake.calls).toEqual(['retry']);
});

test('an answer that broke off offers to try again, a stopped one does not', async () => {
  fake.isOpen.value = true;
  fake.messages.value = [fakeAnswer('half', 'cancelled')];
  await seen(/Stopped/);
  expect(root.querySelector('.answer .link')).toBeNull();
  fake.messages.value = [fakeAnswer('half', 'interrupted')];
  await seen(/broke off/);
  find<HTMLButtonElement>('.answer .link').click();
  expect(fake.calls).toEqual(['retry']);
});

test('finished sentences are announced, each once, and half ones are not', async () => {
  const answer = fakeAnswer('', 'streaming');
  fake.messages.value = [fakeAnswer('An old answer.'), answer];
  await vi.waitFor(() => expect(root.querySelectorAll('.answer')).toHaveLength(2));
  answer.text.value = 'It takes **one** day. And it';
  await vi.waitFor(() => expect(spoken()).toBe('It takes one day.'));
  answer.text.value += ' costs 4.50 to';
  await vi.waitFor(() => expect(find('[data-state=streaming]').innerText).toContain('4.50'));
  expect(spoken()).toBe('It takes one day.');
  answer.text.value += ' send.';
  answer.state.value = 'complete';
  await vi.waitFor(() => expect(spoken()).toBe('It takes one day. And it costs 4.50 to send.'));
  expect(find('[role=log]').getAttribute('aria-live')).toBe('off');
});

test('a token of an answer changes no other message', async () => {
  const answer = fakeAnswer('a\n\nb', 'streaming');
  fake.messages.value = [fakeUser('q'), answer];
  await vi.waitFor(() => expect(root.querySelectorAll('.prose p')).toHaveLength(2));
  const changes: MutationRecord[] = [];
  const observer = new MutationObserver((records) => changes.push(...records));
  observer.observe(find('.list'), { subtree: true, childList: true, characterData: true, attributes: true });
  answer.text.value = 'a\n\nbc';
  await vi.waitFor(() => expect(find('.prose').innerText).toContain('bc'));
  observer.disconnect();
  const places = changes.map(({ target }) => (target instanceof Element ? target : target.parentElement)?.textContent);
  expect([...new Set(places)]).toEqual(['bc']);
});

test('a message that comes in, or goes on, makes no other message anew and moves none', async () => {
  fake.messages.value = [fakeUser('one'), fakeAnswer('two', 'interrupted')];
  const nodes = (): Element[] => [...root.querySelectorAll('article, .answer, .user')];
  const before = nodes();
  const removed: Node[] = [];
  const observer = new MutationObserver((records) => removed.push(...records.flatMap((record) => [...record.removedNodes])));
  observer.observe(find('.list'), { subtree: true, childList: true });
  fake.phase.value = 'answering';
  const answer = fakeAnswer('', 'streaming');
  fake.messages.value = [...fake.messages.value, fakeUser('three'), answer];
  answer.text.value = 'four';
  expect(nodes().filter((node) => before.includes(node))).toEqual(before);
  await Promise.resolve();
  observer.disconnect();
  expect(removed.filter((node) => before.some((kept) => node.contains(kept)))).toEqual([]);
});

test('being offline has words at once', () => {
  fake.isOpen.value = true;
  fake.trouble.value = { code: 'network_error', mend: 'retry' };
  expect(find('.trouble p').innerText).toMatch(/^You seem to be offline/);
});

test('a rare refusal is told in general until its words have come', async () => {
  fake.isOpen.value = true;
  fake.trouble.value = { code: 'message_too_large', mend: 'none' };
  expect(find('.trouble').innerText).toBe('Something went wrong.');
  await seen(/too long/);
});

test('what the agent does is said in words, by tool', async () => {
  fake.isOpen.value = true;
  fake.messages.value = [fakeUser('q')];
  fake.phase.value = 'answering';
  await seen(/Thinking…/);
  fake.activity.value = 'search_pages';
  await seen(/Looking through the pages…/);
  fake.activity.value = 'a_new_tool';
  await seen(/Working on it…/);
  fake.texts.value = { tool_a_new_tool: 'Weighing it up…' };
  await seen(/Weighing it up…/);
});

test('the banner names the trouble and its button mends what is in trouble', async () => {
  fake.isOpen.value = true;
  fake.trouble.value = { code: 'interrupted', mend: 'retry' };
  await seen(/broke off/);
  find<HTMLButtonElement>('.trouble button').click();
  fake.wholeTrouble.value = { code: 'offline', mend: 'retry' };
  await seen(/offline/);
  find<HTMLButtonElement>('.trouble button').click();
  expect(fake.calls).toEqual(['retry', 'reconnect']);
  fake.wholeTrouble.value = { code: 'token_expired', mend: 'sign-in' };
  await seen(/sign in again/);
  expect(root.querySelector('.trouble button')).toBeNull();
});

test('nothing of the old conversation stays while the identity changes', async () => {
  fake.isOpen.value = true;
  fake.messages.value = [fakeUser('a secret')];
  fake.draft.value = 'half a thought';
  await seen(/a secret/);
  fake.conversation.value = null;
  expect(root.textContent).not.toContain('a secret');
  expect(field().value).toBe('');
});

test('what was spoken goes with its conversation', () => {
  const answer = fakeAnswer('', 'streaming');
  fake.messages.value = [answer];
  answer.text.value = 'It was said to one person. And';
  expect(spoken()).toContain('said to one person');
  fake.conversation.value = null;
  answer.state.value = 'complete';
  expect(spoken()).toBe('');
});

test('the footer says who can see the chat', async () => {
  fake.isOpen.value = true;
  await seen(/Only you can see this chat/);
  fake.identity.value = { level: 'verified', id: 'u_1', name: 'Alice', instance: null, storage: 'durable' };
  await seen(/Signed in as Alice/);
  fake.identity.value = { level: 'ephemeral', id: null, name: null, instance: null, storage: 'none' };
  await seen(/not kept/);
});

test('an object in the place of a text is drawn as text', async () => {
  fake.isOpen.value = true;
  const vnode = { type: 'img', props: { src: 'https://evil.example/x' }, constructor: undefined, toString: () => 'harmless' };
  fake.messages.value = [{ ...fakeUser(''), text: signal(vnode as unknown as string) }];
  await seen(/harmless/);
  expect(root.querySelector('img')).toBeNull();
});

test('a theme changes tokens, and a value that is none changes nothing', async () => {
  fake.isOpen.value = true;
  const token = (name: string): string => getComputedStyle(host).getPropertyValue(`--familiar-${name}`);
  const before = token('accent');
  fake.theme.value = { accent: 'red;} * { display: none', background: 'url(https://evil.example)', radius: '4px', mode: 'dark' };
  expect([token('accent'), token('radius'), getComputedStyle(host).colorScheme]).toEqual([before, '4px', 'dark']);
  fake.theme.value = { accent: '#ffcc33' };
  expect(token('accent')).toBe('#ffcc33');
});

test('the styles of the page do not reach in', () => {
  const style = new CSSStyleSheet();
  style.replaceSync('* { color: rgb(1, 2, 3) !important; font-size: 40px; letter-spacing: 9px; direction: rtl }');
  document.adoptedStyleSheets = [style];
  fake.isOpen.value = true;
  const { fontSize, letterSpacing, color } = getComputedStyle(find('.footer'));
  document.adoptedStyleSheets = [];
  expect([parseFloat(fontSize) < 20, letterSpacing, color === 'rgb(1, 2, 3)']).toEqual([true, 'normal', false]);
});

test('from right to left, one’s own messages stand on the left', async () => {
  const own = (): number => find('.me .user').getBoundingClientRect().left - find('.panel').getBoundingClientRect().left;
  fake.isOpen.value = true;
  fake.messages.value = [fakeUser('مرحبا')];
  await vi.waitFor(() => expect(own()).toBeGreaterThan(60));
  fake.locale.value = 'ar';
  await vi.waitFor(() => expect(own()).toBeLessThan(60));
});

test('every button has a name', async () => {
  fake.isOpen.value = true;
  fake.messages.value = [fakeUser('q', 'failed'), fakeAnswer('```\ncode\n```\n![a](https://i.example/a.png)')];
  await vi.waitFor(() => expect(root.querySelectorAll('button').length).toBeGreaterThan(5));
  for (const one of root.querySelectorAll('button')) expect(one.ariaLabel || one.innerText.trim()).not.toBe('');
});

test('a panel whose scope has ended follows nothing any more', () => {
  unmount();
  fake.isOpen.value = true;
  fake.messages.value = [fakeUser('too late')];
  expect(isShown()).toBe(false);
  expect(root.textContent).not.toContain('too late');
});

test('inline, the panel is a region that is always there', () => {
  unmount();
  host.remove();
  mount('inline');
  expect(isShown()).toBe(true);
  expect(find('.panel').getAttribute('role')).toBe('region');
});
