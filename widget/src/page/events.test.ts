import { expect, test } from 'vitest';
import { createEvents } from './events.ts';

function listen() {
  const events = createEvents();
  const heard: string[] = [];
  const hear = (detail: unknown): void => void heard.push(String(detail));
  const tell = (): void => events.emit('ready', null);
  return { events, heard, hear, tell };
}

test('a listener hears its own event until it is taken off, by its undo or by off', () => {
  const { events, heard, hear, tell } = listen();
  const undo = events.on('ready', hear);
  events.on('open', hear);
  tell();
  undo();
  tell();
  expect(heard).toEqual(['null']);
  events.on('ready', hear);
  events.once('ready', hear);
  events.off('ready', hear);
  tell();
  expect(heard).toEqual(['null']);
});

test('once hears once, also when it makes the event happen again', () => {
  const { events, heard, hear, tell } = listen();
  events.once('ready', (detail) => {
    hear(detail);
    tell();
  });
  tell();
  expect(heard).toEqual(['null']);
});

test('a listener that throws stops nobody, and the page hears of it', () => {
  const { events, heard, hear, tell } = listen();
  const reported: string[] = [];
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    reported.push(String(event.error));
  };
  addEventListener('error', onError, { capture: true });
  events.on('ready', () => {
    throw new Error('thrown by the page');
  });
  events.on('ready', hear);
  tell();
  removeEventListener('error', onError, { capture: true });
  expect([heard, reported]).toEqual([['null'], ['Error: thrown by the page']]);
});

test('a listener that is added while others hear does not hear this time', () => {
  const { events, heard, hear, tell } = listen();
  events.once('ready', () => events.on('ready', hear));
  tell();
  expect(heard).toEqual([]);
  tell();
  expect(heard).toEqual(['null']);
});
