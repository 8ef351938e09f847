// @ts-check
// Offers to pass the invitation link on, where the browser can: its own share sheet first, else the clipboard.

const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"));
for (const button of buttons) {
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const url = button.dataset.copy ?? "";
    try {
      if (navigator.share) await navigator.share({ url });
      else {
        await navigator.clipboard.writeText(url);
        button.textContent = button.dataset.done ?? "";
      }
    } catch {
      // Closing the share sheet is an answer too.
    }
  });
}
