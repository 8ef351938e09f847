// @ts-check
// The browser's subscription, and telling the server of it: for the page that asks for it, and for keeping it current later.

import { formToken } from "../web/asking.js";
import { fact, remember } from "../web/store.js";

const DEVICES = "/api/v1/devices/";

/** @param {string} key */
function bytes(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** @param {ArrayBuffer | null} buffer */
function text(buffer) {
  const raw = String.fromCharCode(...new Uint8Array(buffer ?? []));
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/**
 * The browser's subscription; one made with an earlier key of the server is made anew.
 * @param {PushManager} manager
 * @param {string} serverKey
 */
export async function subscribed(manager, serverKey) {
  const standing = await manager.getSubscription();
  const key = standing?.options?.applicationServerKey;
  if (standing && (!key || text(key) === serverKey)) return standing;
  await standing?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(serverKey) });
}

/** @param {PushSubscription} subscription */
export function keysOf(subscription) {
  return { p256dh: text(subscription.getKey("p256dh")), auth: text(subscription.getKey("auth")) };
}

/**
 * Registers this browser again, as it is subscribed now; where the browser had dropped the subscription, a new one.
 * @param {ServiceWorkerRegistration} worker
 */
export async function renew(worker) {
  const owner = await fact("person");
  // Only where this very person allowed it, and a page or the worker may speak for them.
  if (!owner || (await fact("notices")) !== owner) return;
  const token = await formToken();
  if (token === undefined) return;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token, "X-Person": owner };
  const asked = await fetch(`${DEVICES}push-key/`, { headers, cache: "no-store" });
  if (!asked.ok) return;
  const key = (await asked.json()).application_server_key;
  const subscription = await subscribed(worker.pushManager, key);
  const body = JSON.stringify({ kind: "webpush", endpoint: subscription.endpoint, ...keysOf(subscription), application_server_key: key });
  const kept = await fetch(DEVICES, { method: "POST", headers, body, cache: "no-store" });
  if (kept.ok) await remember({ renewed: today() });
}

export function today() {
  return new Date().toISOString().slice(0, 10);
}
