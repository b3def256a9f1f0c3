/* The few things that pages cannot do from the server: follow a link of ours, stay signed in while typing, first focus. */
(() => {
  const MINUTES_BETWEEN_SIGNS_OF_LIFE = 2;
  const followed = new Set();
  let focused = null;
  let last = Date.now();

  /* Links that ui.page.follow puts on a page: once each, without a second press. */
  const follow = (link) => {
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || followed.has(url.href)) return;
    followed.add(url.href);
    if (url.pathname.startsWith("/d/")) {
      const quiet = document.createElement("a");
      quiet.href = url.href;
      quiet.download = "";
      document.body.append(quiet);
      quiet.click();
      quiet.remove();
    } else if (url.pathname.startsWith("/auth/")) {
      location.replace(url.href);
    }
  };

  const focus = () => {
    const field = document.querySelector(".st-key-sign_in_form input");
    if (field && field !== focused && document.activeElement === document.body) field.focus();
    focused = field;
  };

  /* Typing a long form runs nothing on the server: tell it that somebody is at work. */
  const alive = () => {
    if (Date.now() - last < MINUTES_BETWEEN_SIGNS_OF_LIFE * 60_000) return;
    if (!document.querySelector(".st-key-sign_out")) return;
    last = Date.now();
    fetch("/auth/stay", { method: "POST", headers: { "X-Requested-With": "yichuang" } }).catch(() => {});
  };

  const look = () => {
    document.querySelectorAll('[class*="st-key-follow-"] a[href]').forEach(follow);
    focus();
  };
  const start = () => {
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, alive, { capture: true, passive: true });
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
