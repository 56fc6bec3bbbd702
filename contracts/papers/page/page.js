"use strict";
// The page needs none of this to be read: faces switch by style alone. Here: the document follows the face, print opens
// every why, and a live page comes back after a change as it was left.
(() => {
  const picks = [...document.querySelectorAll(".pick")];
  const live = document.body.dataset.events;

  const follow = (pick) => {
    document.documentElement.lang = pick.value;
    document.title = pick.dataset.title;
  };
  const say = (lang) => {
    const pick = picks.find((one) => one.value === lang);
    if (pick) { pick.checked = true; follow(pick); }
  };
  const samePlace = (lang) => {
    // The reader stays at the part that was at the top of the window.
    const shown = [...document.querySelectorAll(".face [id]")].filter((one) => one.offsetParent !== null);
    const here = shown.filter((one) => one.getBoundingClientRect().top <= 80).pop();
    return () => {
      const from = here && here.closest(".face").lang;
      const there = here && document.getElementById(lang + here.id.slice(from.length));
      if (there && window.scrollY > 200) there.scrollIntoView();
    };
  };
  for (const pick of picks) {
    const label = document.querySelector(`label[for="${pick.id}"]`);
    let stay = () => {};
    label.addEventListener("pointerdown", () => { stay = samePlace(pick.value); });
    pick.addEventListener("change", () => {
      follow(pick);
      stay();
      if (live) document.cookie = `lang=${pick.value}; path=/; max-age=31536000; samesite=strict`;
    });
  }
  const asked = location.hash.slice(1).match(/^(zh-Hans|zh-Hant|en)(?=-|$)/);
  if (asked) {
    say(asked[1]);
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }
  const open = (target) => target && target.closest("details") && (target.closest("details").open = true);
  const arrive = () => open(document.getElementById(decodeURIComponent(location.hash.slice(1))));
  window.addEventListener("hashchange", arrive);
  arrive();

  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => { for (const one of closed) one.open = false; });

  if (!live) return;
  const kept = "spondeo " + location.pathname;
  const remember = () => {
    const opened = [...document.querySelectorAll(".because")].filter((one) => one.parentElement.open).map((one) => one.id);
    sessionStorage.setItem(kept, JSON.stringify({ y: window.scrollY, opened }));
  };
  const left = JSON.parse(sessionStorage.getItem(kept) || "null");
  sessionStorage.removeItem(kept);
  if (left) {
    for (const id of left.opened) open(document.getElementById(id));
    document.documentElement.style.scrollBehavior = "auto";
    window.scrollTo(0, left.y);
  }
  new EventSource(live).addEventListener("changed", () => { remember(); location.reload(); });
})();
