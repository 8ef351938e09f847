// @ts-check
// A calm timer beside a small step that names a span of time: it says until when, and later that it is over. No sound,
// no counting seconds. Without this module the step is plain text, and the timer stays hidden.
// The end is kept in this tab alone, so that a reload goes on; leaving the page by the quick way out clears it.

const A_MINUTE = 60_000;

/** @param {HTMLElement} timer */
function attach(timer) {
  const { minutes, key, until, over } = timer.dataset;
  const store = `timer-${key}`;
  const begin = /** @type {HTMLElement} */ (timer.querySelector("[data-begin]"));
  const end = /** @type {HTMLElement} */ (timer.querySelector("[data-end]"));
  const said = /** @type {HTMLElement} */ (timer.querySelector("[data-said]"));
  /** @type {number | undefined} */
  let waiting;

  /**
   * @param {string | undefined} text
   * @param {boolean} running
   */
  function show(text, running) {
    begin.hidden = running;
    end.hidden = !running;
    said.hidden = !text;
    said.textContent = text ?? "";
  }

  /** @param {number} ends */
  function run(ends) {
    clearTimeout(waiting);
    const left = ends - Date.now();
    if (left <= 0) {
      sessionStorage.removeItem(store);
      show(over, false);
      return;
    }
    const clock = new Date(ends).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    show(`${until} ${clock}`, true);
    waiting = setTimeout(run, left, ends);
  }

  begin.addEventListener("click", () => {
    const ends = Date.now() + Number(minutes) * A_MINUTE;
    sessionStorage.setItem(store, String(ends));
    run(ends);
  });
  end.addEventListener("click", () => {
    clearTimeout(waiting);
    sessionStorage.removeItem(store);
    show("", false);
    begin.focus();
  });

  timer.hidden = false;
  const kept = Number(sessionStorage.getItem(store));
  if (kept) run(kept);
}

for (const timer of document.querySelectorAll(".timer[data-minutes]")) attach(/** @type {HTMLElement} */ (timer));
