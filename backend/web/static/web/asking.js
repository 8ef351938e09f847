// @ts-check
// What a call to our own server needs besides the session, from a page and from the service worker alike.

/** @returns {Promise<string | undefined>} nothing where it cannot be read */
export async function formToken() {
  if (typeof document !== "undefined") return /(?:^|; )form=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  return "cookieStore" in globalThis ? ((await cookieStore.get("form"))?.value ?? "") : undefined;
}
