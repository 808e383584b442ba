// Keeps codes and mails current; without it "Look again" does the same.
(() => {
  'use strict';
  async function look() {
    try {
      const fresh = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
      for (const part of document.querySelectorAll('[data-live]')) {
        const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
        if (now && part.innerHTML !== now.innerHTML && !part.contains(document.activeElement)) part.replaceChildren(...now.childNodes);
      }
    } catch { /* The demo has ended. */ }
  }
  setInterval(() => { if (document.visibilityState === 'visible') look(); }, 2000);
})();
