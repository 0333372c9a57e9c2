/* The members' page: our server says who is signed in, and the chat asks it. */
window.familiar =
  window.familiar ||
  function () {
    (window.familiar.q = window.familiar.q || []).push(arguments);
  };

async function getIdentityToken() {
  const answer = await fetch('/familiar/token', { method: 'POST' });
  if (!answer.ok) throw new Error('Sign in again to go on.');
  return (await answer.json()).identity_token;
}

window.familiar('init', { getIdentityToken });

// The chat forgets who it talked to before the page is left; at most half a second is given to it.
document.querySelector('#sign-out')?.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const leave = () => form.submit();
  const longEnough = setTimeout(leave, 500);
  window.familiar('once', 'identitychange', () => {
    clearTimeout(longEnough);
    leave();
  });
  window.familiar('logout');
});
