// A convenience on top of pages that work without it: copy, print, show password, send a form_post answer on its way.
(() => {
  'use strict';
  const byId = id => document.getElementById(id);
  const tell = text => { const line = byId('said'); if (line) { line.textContent = ''; line.textContent = text; } };

  for (const button of document.querySelectorAll('button[data-does]')) {
    const does = button.dataset.does;
    if (does === 'copy' && !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener('click', async () => {
      const target = byId(button.dataset.target);
      if (does === 'print') { window.print(); return; }
      if (!target) return;
      if (does === 'copy') {
        const items = target.querySelectorAll('li');
        const text = items.length ? [...items].map(li => li.textContent.trim()).join('\n') : target.textContent.replace(/\s+/g, '');
        try { await navigator.clipboard.writeText(text); tell(button.dataset.done); } catch { tell(button.dataset.failed); }
      }
      if (does === 'show') {
        const shown = target.type === 'password';
        target.type = shown ? 'text' : 'password';
        button.setAttribute('aria-pressed', String(shown));
        button.textContent = shown ? button.dataset.hide : button.dataset.show;
        tell(shown ? button.dataset.shown : button.dataset.hidden);
      }
    });
  }

  // A password never leaves the page as text: browsers remember what a text field held.
  document.addEventListener('submit', event => {
    for (const field of event.target.querySelectorAll('input[data-password]')) field.type = 'password';
  });

  byId('fault')?.focus();
  // OAuth 2.0 Form Post Response Mode §2. Coming Back must not send the answer twice.
  const answer = byId('form-post');
  if (answer && performance.getEntriesByType('navigation')[0]?.type !== 'back_forward') answer.submit();
})();
