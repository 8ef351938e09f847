// The service worker: shows the neutral notice, and opens the app or keeps the one-tap answer that was chosen on it.
// It has no cache and reads nothing; the token in a reminder can write one answer and no more.

const ACTIONS = {
  en: [{ action: "as_usual", title: "As usual" }, { action: "answer", title: "Answer" }],
  es: [{ action: "as_usual", title: "Como siempre" }, { action: "answer", title: "Responder" }],
};
const HOME = "/tonight/";
const ICON = "/static/web/icon-192.png";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const said = event.data?.json()?.notification;
  if (!said) return;
  const token = said.data?.answer_token;
  const options = {
    lang: said.lang,
    tag: said.tag,
    icon: ICON,
    badge: ICON,
    data: { path: pathOf(said.navigate), token },
    actions: token ? (ACTIONS[said.lang] ?? ACTIONS.en) : [],
  };
  event.waitUntil(self.registration.showNotification(said.title, options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path, token } = event.notification.data ?? {};
  if (event.action === "as_usual" && token) event.waitUntil(keep(token).catch(() => open(`${HOME}?one-tap=1`)));
  else event.waitUntil(open(event.action === "answer" ? `${HOME}?one-tap=1` : (path ?? HOME)));
});

// Only pages of our own are opened, whatever a message says.
function pathOf(address) {
  try {
    const url = new URL(address, self.location.origin);
    return url.origin === self.location.origin ? url.pathname : HOME;
  } catch {
    return HOME;
  }
}

// One id for all tries, so that a retry of an answer that did arrive changes nothing.
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
      if (left <= 1 || error.message === "refused") throw error;
    }
    await new Promise((done) => setTimeout(done, 1500));
  }
}

async function open(path) {
  for (const client of await self.clients.matchAll({ type: "window" })) {
    if ("focus" in client) {
      await client.focus();
      if ("navigate" in client) return client.navigate(path);
    }
  }
  return self.clients.openWindow(path);
}
