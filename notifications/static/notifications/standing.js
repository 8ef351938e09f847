// @ts-check
// On the page that is opened most: registers this browser again once a day where it may show notices, and offers them, once,
// to somebody who has answered and was never asked here.

import { fact, remember } from "../web/store.js";
import { renew, today } from "./subscribing.js";

const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const offer = /** @type {HTMLElement | null} */ (document.querySelector("[data-offer]"));

async function keepStanding() {
  if (Notification.permission !== "granted" || (await fact("renewed")) === today()) return;
  await renew(await navigator.serviceWorker.ready);
}

/** @param {HTMLElement} offer */
async function offerOnce(offer) {
  if (Notification.permission !== "default" || (await fact("offered"))) return;
  offer.hidden = false;
  offer.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("a, button")) return;
    offer.hidden = true;
    void remember({ offered: "yes" });
  });
}

if (able) {
  void keepStanding().catch(() => undefined); // tried again when a page is opened next
  if (offer) void offerOnce(offer).catch(() => undefined);
}
