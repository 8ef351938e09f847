// @ts-check
// Offers the browser's own way of installing, where it has one.

/** @typedef {Event & { prompt: () => Promise<unknown> }} InstallPrompt */

const bar = /** @type {HTMLElement | null} */ (document.querySelector("[data-install-bar]"));
const button = document.querySelector("[data-install]");

addEventListener("beforeinstallprompt", (event) => {
  if (!bar || !button) return;
  event.preventDefault();
  bar.hidden = false;
  button.addEventListener("click", () => void (/** @type {InstallPrompt} */ (event).prompt()), { once: true });
});
