// @ts-check
// On every page: remembers who uses this browser (an opaque mark, no name), starts the service worker, and ends the notices
// of somebody who signs out here or whose browser another person uses now.

import { fact, remember } from "./store.js";

const LONGEST_WAIT = 1000;

const said = document.documentElement.dataset;

// A page that was kept as everybody gets it knows nothing of who is here.
if (said.anybody === undefined) {
  const facts = { person: said.person ?? "", language: document.documentElement.lang, face: said.face ?? "", zone: said.zone ?? "" };
  remember({ ...facts, locks: said.locks ?? "" })
    .then(() => navigator.serviceWorker?.controller?.postMessage("opened"))
    .then(async () => (said.person && (await fact("notices")) && (await fact("notices")) !== said.person ? endNotices() : undefined))
    .catch(() => undefined); // a browser without a store works too, with a connection
}

/** @returns {Promise<ServiceWorkerRegistration>} */
export function startWorker() {
  return navigator.serviceWorker.register("/sw.js", { type: "module", updateViaCache: "none" });
}

// The server sends nothing here any more either; this is about what is on its way or on the screen.
async function endNotices() {
  await remember({ notices: "" });
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const notice of (await registration?.getNotifications()) ?? []) notice.close();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.signsOut === undefined || event.defaultPrevented) return;
  event.preventDefault();
  const ended = endNotices().catch(() => undefined);
  void Promise.race([ended, new Promise((done) => setTimeout(done, LONGEST_WAIT))]).then(() => form.submit());
});

// After the page is there, and only for somebody who uses Ebb: a passer-by leaves no trace.
if (said.person && "serviceWorker" in navigator) {
  addEventListener("load", () => void startWorker().catch(() => undefined));
}
