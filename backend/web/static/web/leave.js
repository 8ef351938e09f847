// @ts-check
// Leaves at once: hides what is on screen, forgets what the browser kept of these pages, and puts the neutral page in place
// of this one. What waits to be sent stays, sealed, unless the person chose otherwise. Without this module the link is an
// ordinary link. Works without a connection: then the browser says, for the neutral page, that there is none.

import { fact, wipe } from "./store.js";

const LONGEST_WAIT = 250;
const TWICE_WITHIN = 1000;

async function forget() {
  // The lock of private mode closes with it: without this cookie the code is asked for.
  document.cookie = "awake=; path=/; max-age=0; samesite=lax";
  // Side by side: there is little time, and what the person asked to be thrown away waits for nothing else.
  await Promise.all([wipeIfChosen(), emptyCaches()]);
}

async function wipeIfChosen() {
  if (await fact("wipes")) await wipe();
}

async function emptyCaches() {
  if ("caches" in window) await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

/** @param {string} where */
async function leave(where) {
  document.documentElement.hidden = true;
  document.title = "";
  sessionStorage.clear();
  sessionStorage.setItem("left", where);
  await Promise.race([forget().catch(() => undefined), new Promise((done) => setTimeout(done, LONGEST_WAIT))]);
  location.replace(where);
}

const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-leave]"));

for (const link of links) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    void leave(link.href);
  });
}

// Escape, twice within a second, from anywhere on the page.
let pressedAt = -TWICE_WITHIN;
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.repeat || !links[0]) return;
  if (event.timeStamp - pressedAt < TWICE_WITHIN) void leave(links[0].href);
  pressedAt = event.timeStamp;
});

// A page that the back button takes out of memory is asked for again, so that it is shown only to someone who may see it.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  const left = sessionStorage.getItem("left");
  if (left) location.replace(left);
  else location.reload();
});
