/* The members' page: our server says who is signed in, and the chat asks it. */
window.familiar =
  window.familiar ||
  function () {
    (window.familiar.q = window.familiar.q || []).push(arguments);
  };

/* Resolves when the shop has taken the password once more; rejects when the visitor closes the dialog. */
function confirmPassword() {
  const dialog = document.querySelector('#confirm');
  const form = dialog.querySelector('form');
  const error = dialog.querySelector('.error');
  const check = async () => {
    const answer = await fetch('/confirm', { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    form.reset();
    if (answer.ok) dialog.close('confirmed');
    else throw new Error(await answer.text());
  };
  const send = (event) => {
    event.preventDefault();
    check().catch(({ message }) => {
      error.hidden = false;
      error.textContent = message;
    });
  };
  form.addEventListener('submit', send);
  form.querySelector('[type="button"]').addEventListener('click', () => dialog.close(), { once: true });
  error.hidden = true;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const end = () => {
      form.removeEventListener('submit', send);
      if (dialog.returnValue === 'confirmed') resolve();
      else reject(new Error('Not confirmed.'));
    };
    dialog.addEventListener('close', end, { once: true });
  });
}

/* With `stepUp`, the chat is about to show something that needs a fresh sign-in. */
async function getIdentityToken(request) {
  if (request?.stepUp) await confirmPassword();
  const answer = await fetch('/familiar/token', { method: 'POST' });
  if (!answer.ok) throw new Error('Sign in again to go on.');
  return (await answer.json()).identity_token;
}

window.familiar('init', { getIdentityToken });

// The chat forgets who it talked to before the page is left; at most two seconds are given to it.
document.querySelector('#sign-out')?.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const leave = () => form.submit();
  const longEnough = setTimeout(leave, 2000);
  window.familiar('once', 'identitychange', () => {
    clearTimeout(longEnough);
    leave();
  });
  window.familiar('logout');
});
