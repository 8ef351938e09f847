// @ts-check
// Private mode, on the phone's side: covers the page while another app is in front, and locks it after a minute away or five
// quiet minutes.

const LONGEST_AWAY = 60_000;
const LONGEST_QUIET = 5 * 60_000;
const root = document.documentElement;
let leftAt = 0;
let touchedAt = Date.now();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;

function lock() {
  document.cookie = "awake=; path=/; max-age=0; samesite=lax";
  location.replace(`/lock/?${new URLSearchParams({ next: location.pathname })}`);
}

function cover() {
  leftAt ||= Date.now();
  root.classList.add("covered");
}

function uncover() {
  if (leftAt && Date.now() - leftAt > LONGEST_AWAY) return lock();
  leftAt = 0;
  root.classList.remove("covered");
}

// A phone that slept ran no timer, so the first touch after that looks at the clock too.
function touched() {
  if (Date.now() - touchedAt > LONGEST_QUIET) return lock();
  touchedAt = Date.now();
  clearTimeout(soon);
  soon = setTimeout(lock, LONGEST_QUIET);
}

touched();
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, touched, { capture: true, passive: true });
document.addEventListener("visibilitychange", () => (document.hidden ? cover() : uncover()));
addEventListener("blur", cover);
addEventListener("focus", uncover);
