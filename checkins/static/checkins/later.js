// @ts-check
// The part of the service worker that sends what waits: when the browser says that the connection is back, where it can say
// so, and whenever a page is opened.

import { fact } from "../web/store.js";
import { send } from "./sending.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("sync", (event) => {
  if (event.tag === "answers") event.waitUntil(insist());
});

// A page says so once it has remembered whose it is, so that nothing is ever sent in another person's name.
worker.addEventListener("message", (event) => {
  if (event.data === "opened") event.waitUntil(trySending().catch(() => undefined));
});

async function trySending() {
  const owner = await fact("person");
  return owner ? send(owner) : "sent";
}

// The browser tries again later, and more rarely each time, when this fails.
async function insist() {
  if ((await trySending()) === "waiting") throw new Error("not yet");
}
