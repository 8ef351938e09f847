// @ts-check
// The part of the service worker that shows the neutral notice, and opens the app or keeps the one-tap answer that was chosen
// on it. It reads nothing; the token in a reminder can write one answer and no more.

import { fact, remember } from "../web/store.js";
import { renew } from "./subscribing.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @type {Record<string, { action: string, title: string }[]>} */
const ACTIONS = {
  en: [{ action: "as_usual", title: "As usual" }, { action: "answer", title: "Answer" }],
  es: [{ action: "as_usual", title: "Como siempre" }, { action: "answer", title: "Responder" }],
};
const HOME = "/tonight/";
/** @type {Record<string, string>} */
const ICONS = { ebb: "/static/web/icon-192.png", notes: "/static/web/notes-192.png" };

worker.addEventListener("push", (event) => {
  const said = event.data?.json()?.notification;
  if (said) event.waitUntil(show(said));
});

// The browser gave its subscription up or took another. Where the worker may not ask the server, the next page does.
worker.addEventListener("pushsubscriptionchange", (event) => {
  const done = remember({ renewed: "" }).then(() => renew(worker.registration));
  /** @type {ExtendableEvent} */ (event).waitUntil(done.catch(() => undefined));
});

/** @param {any} said a Declarative Web Push notification */
async function show(said) {
  const icon = ICONS[await fact("face").catch(() => "")] ?? ICONS.ebb;
  const token = said.data?.answer_token;
  const options = {
    lang: said.lang,
    tag: said.tag,
    icon,
    badge: icon,
    data: { path: pathOf(said.navigate), token },
    actions: token ? (ACTIONS[said.lang] ?? ACTIONS.en) : [],
  };
  await worker.registration.showNotification(said.title, options);
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path, token } = event.notification.data ?? {};
  if (event.action === "as_usual" && token) event.waitUntil(keep(token).catch(() => open(`${HOME}?one-tap=1`)));
  else event.waitUntil(open(event.action === "answer" ? `${HOME}?one-tap=1` : (path ?? HOME)));
});

/**
 * Only pages of our own are opened, whatever a message says.
 * @param {string} address
 */
function pathOf(address) {
  try {
    const url = new URL(address, location.origin);
    return url.origin === location.origin ? url.pathname : HOME;
  } catch {
    return HOME;
  }
}

/**
 * One id for all tries, so that a retry of an answer that did arrive changes nothing.
 * @param {string} token
 */
async function keep(token) {
  const body = JSON.stringify({ token, quick: "as_usual", client_id: crypto.randomUUID() });
  for (let left = 3; ; left -= 1) {
    try {
      const answer = await fetch("/api/v1/answers/", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "omit",
        body,
      });
      if (answer.ok) return;
      if (answer.status < 500) throw new TypeError("refused");
    } catch (error) {
      if (left <= 1 || (error instanceof TypeError && error.message === "refused")) throw error;
    }
    await new Promise((done) => setTimeout(done, 1500));
  }
}

/** @param {string} path */
async function open(path) {
  for (const client of await worker.clients.matchAll({ type: "window" })) {
    if ("focus" in client) {
      await client.focus();
      if ("navigate" in client) return client.navigate(path);
    }
  }
  return worker.clients.openWindow(path);
}
