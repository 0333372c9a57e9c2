import { createWidget } from '@familiar/widget';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.querySelector<HTMLElement>('#planner');
if (root) {
  const { agent = '', embedKey = '', baseUrl = '' } = root.dataset;
  // Once for the whole app, outside of its component tree: routes come and go, the conversation stays.
  createWidget({ agent, embedKey, baseUrl });
  render(<App />, root);
}
