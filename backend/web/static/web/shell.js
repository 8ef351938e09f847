// @ts-check
// The part of the service worker that keeps the app's own files, and two pages that say nothing of anybody: the check-in
// without a connection, and help. No page that was made for a person is ever kept.

import { fact } from "./store.js";

/**
 * @typedef {object} Shell
 * @property {string} version changes whenever anything in it does
 * @property {string[]} files addresses of scripts, styles and pictures
 * @property {string[]} pages addresses of pages, as everybody gets them: ?language=..&face=..
 * @property {string} home the page that is also shown when the network is too slow to wait for
 * @property {string} offline the page for every address that has none of its own
 */

const PREFIX = "ebb-";
const PATIENCE = 6000;
const HASHED = /\.[0-9a-f]{12}\./;
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** @param {Shell} shell */
export function keepShell(shell) {
  const name = PREFIX + shell.version;
  const files = new Set(shell.files);
  const ownPages = new Set(shell.pages.map((address) => new URL(address, location.origin).pathname));

  async function fill() {
    const cache = await caches.open(name);
    const wanted = [...shell.files, ...shell.pages].map((one) => new Request(one, { cache: "no-cache", credentials: "omit" }));
    await cache.addAll(wanted);
  }

  // All of a version or nothing: where one file is missing, the worker before this one stays.
  worker.addEventListener("install", (event) => event.waitUntil(fill().then(() => worker.skipWaiting())));

  // Pages that are open have all their scripts already, so a new worker may take over at once.
  worker.addEventListener("activate", (event) => event.waitUntil(begin()));

  async function begin() {
    for (const other of await caches.keys()) if (other.startsWith(PREFIX) && other !== name) await caches.delete(other);
    await worker.registration.navigationPreload?.enable();
    await worker.clients.claim();
  }

  worker.addEventListener("fetch", (event) => {
    const { request } = event;
    const address = new URL(request.url);
    if (request.method !== "GET" || address.origin !== location.origin) return;
    if (request.mode === "navigate") event.respondWith(page(event, address.pathname));
    else if (files.has(address.pathname)) event.respondWith(file(request));
  });

  /**
   * @param {FetchEvent} event
   * @param {string} path
   */
  async function page(event, path) {
    const asked = Promise.resolve(event.preloadResponse).then((early) => early ?? fetch(event.request));
    try {
      const came = await (path === shell.home ? Promise.race([asked, tooLong()]) : asked);
      event.waitUntil(refill());
      return came;
    } catch {
      asked.catch(() => undefined);
      return (await kept(ownPages.has(path) ? path : shell.offline)) ?? asked;
    }
  }

  // Leaving in a hurry throws the cache away; the next visit brings it back.
  async function refill() {
    if (!(await caches.has(name))) await fill().catch(() => caches.delete(name));
  }

  /** @param {string} path */
  async function kept(path) {
    const cache = await caches.open(name);
    const [language, face] = await Promise.all([fact("language"), fact("face")]).catch(() => ["", ""]);
    const mine = new URL(`${path}?language=${language || "en"}&face=${face || "ebb"}`, location.origin);
    return (await cache.match(mine)) ?? cache.match(path, { ignoreSearch: true });
  }

  /** @param {Request} request */
  async function file(request) {
    const standing = await caches.match(request.url, { cacheName: name });
    if (standing && HASHED.test(request.url)) return standing;
    try {
      return await fetch(request);
    } catch (error) {
      if (standing) return standing;
      throw error;
    }
  }
}

/** @returns {Promise<never>} */
function tooLong() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("too long")), PATIENCE));
}
