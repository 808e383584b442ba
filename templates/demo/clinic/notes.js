// Saves while one types; without it the button does the same. Nothing is ever kept in this browser.
(() => {
  'use strict';
  const form = document.getElementById('note');
  if (!form) return;
  const field = form.elements.text;
  const say = (text, more) => {
    document.getElementById('status').textContent = text;
    document.getElementById('go-on').hidden = !more;
  };
  const dialog = document.getElementById('kept');
  let safe = field.value, sending = false, told = false, timer = 0;

  const soon = wait => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const send = keepalive => fetch(form.dataset.autosave, {
    method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'error', keepalive,
  });

  async function save() {
    if (sending) { soon(300); return; }
    const text = field.value;
    if (text === safe) return;
    sending = true;
    say('Saving…');
    try {
      const answer = await (await send(false)).json();
      say(answer.text, answer.state === 'kept');
      if (answer.state === 'saved' || answer.state === 'kept') safe = text;
      if (answer.state === 'away') soon(5000);
      if (answer.state === 'kept' && !told) { told = true; dialog.showModal(); }
    } catch {
      say('Not saved yet. Trying again…');
      soon(5000);
    } finally {
      sending = false;
    }
    if (field.value !== text) soon(800);
  }

  field.addEventListener('input', () => { say('Not saved yet'); soon(800); });
  form.addEventListener('submit', () => { clearTimeout(timer); safe = field.value; });
  document.getElementById('later').addEventListener('click', () => dialog.close());
  // Leaving, or looking at something else: what is not sent yet goes now.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && field.value !== safe) { send(true).catch(() => {}); }
  });
})();
