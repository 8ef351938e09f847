// @ts-check
// A sheet that is being made: looks again every second until it is ready, and once more after it was taken.

const EVERY = 1000;
const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-sheet]"));

async function look() {
  const part = await fetch(location.href, { credentials: "same-origin" })
    .then((answer) => answer.text())
    .then((text) => new DOMParser().parseFromString(text, "text/html").querySelector("[data-sheet]"))
    .catch(() => null);
  if (!place || !(part instanceof HTMLElement)) return void location.reload();
  // What says the same stays as it is, so that nothing is read out twice.
  if (part.dataset.sheet !== place.dataset.sheet) place.replaceChildren(...part.childNodes);
  place.dataset.sheet = part.dataset.sheet;
  place.toggleAttribute("data-under-way", part.hasAttribute("data-under-way"));
  again();
}

function again() {
  if (place?.hasAttribute("data-under-way")) setTimeout(() => void look(), EVERY);
}

place?.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLElement && event.target.hasAttribute("data-take")) setTimeout(() => void look(), 2 * EVERY);
});
again();
