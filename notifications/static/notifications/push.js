// @ts-check
// Asks the browser whether a neutral notice may appear here, and fills in the form with what it answers.

import { startWorker } from "../web/phone.js";
import { remember } from "../web/store.js";
import { keysOf, subscribed } from "./subscribing.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-push]"));
const said = /** @type {HTMLElement | null} */ (document.querySelector("[data-push-said]"));
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** @param {string | undefined} words */
function tell(words) {
  if (!said) return;
  said.textContent = words ?? "";
  said.hidden = false;
}

/**
 * A short name that helps to tell one's own devices apart.
 * @param {string} agent
 */
function nameOf(agent) {
  const browser = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark));
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"].find((mark) => agent.includes(mark));
  return [browser?.[1], system].filter(Boolean).join(" · ");
}

/** @param {HTMLFormElement} form */
async function subscribe(form) {
  if ((await Notification.requestPermission()) !== "granted") return tell(form.dataset.refused);
  await startWorker();
  const worker = await navigator.serviceWorker.ready;
  const serverKey = form.dataset.push ?? "";
  const subscription = await subscribed(worker.pushManager, serverKey);
  const { endpoint } = subscription;
  const values = { endpoint, ...keysOf(subscription), application_server_key: serverKey, name: nameOf(navigator.userAgent) };
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  await remember({ notices: document.documentElement.dataset.person ?? "" }).catch(() => undefined);
  form.submit();
}

if (form && able) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe(form).catch(() => tell(form.dataset.failed));
  });
} else if (said) {
  tell(said.dataset.unable);
}
