/**
 * Stands in for familiar.js where a test needs a widget that is wrong on purpose, as `FLAW` says: it has the parts that the scenarios
 * look for, mints when it is opened, and answers at once.
 */
export const WIDGET = `
const part = (tag, name, parent) => {
  const element = document.createElement(tag);
  element.setAttribute('part', name);
  parent.append(element);
  return element;
};
const mint = async () => {
  const answer = await fetch('/v1/embed/session-tokens', { method: 'POST', body: '{"embed_key":"pk_acme"}' });
  const { token } = await answer.json();
  if (FLAW === 'stores-token') localStorage.setItem('session', token);
  if (FLAW === 'token-in-url') fetch('/?token=' + token);
  return answer.ok;
};
const draw = () => {
  const root = part('acme-chat', '', document.body).attachShadow({ mode: 'open' });
  const launcher = part('button', 'launcher', root);
  launcher.textContent = 'Chat';
  launcher.addEventListener('click', async () => {
    const panel = part('div', 'panel', root);
    const field = part('textarea', 'input', panel);
    field.readOnly = true;
    const asks = FLAW === 'silent' || (await mint());
    field.readOnly = !asks;
    field.addEventListener('keydown', ({ key }) => {
      if (key !== 'Enter') return;
      part('p', 'user-message', panel).textContent = field.value;
      const answer = part('p', 'answer', panel);
      answer.textContent = 'Yes.';
      answer.dataset.state = 'complete';
    });
  });
};
if (FLAW === 'early') mint();
if (document.body) draw();
else addEventListener('DOMContentLoaded', draw);
`;
