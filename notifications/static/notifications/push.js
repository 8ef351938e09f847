// Asks the browser whether a neutral notice may appear here, and fills in the form with what it answers.

const form = document.querySelector("form[data-push]");
const said = document.querySelector("[data-push-said]");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function tell(words) {
  said.textContent = words;
  said.hidden = false;
}

function bytes(key) {
  const text = atob(key.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const raw = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// A short name that helps to tell one's own devices apart.
function nameOf(agent) {
  const browser = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark));
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"].find((mark) => agent.includes(mark));
  return [browser?.[1], system].filter(Boolean).join(" · ");
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return tell(form.dataset.refused);
  await navigator.serviceWorker.register("/sw.js");
  const worker = await navigator.serviceWorker.ready;
  const applicationServerKey = bytes(form.dataset.push);
  const subscription =
    (await worker.pushManager.getSubscription()) ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  form.elements.endpoint.value = subscription.endpoint;
  form.elements.p256dh.value = text(subscription.getKey("p256dh"));
  form.elements.auth.value = text(subscription.getKey("auth"));
  form.elements.name.value = nameOf(navigator.userAgent);
  form.submit();
}

if (form && able) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe().catch(() => tell(form.dataset.failed));
  });
} else if (said) {
  tell(said.dataset.unable);
}
