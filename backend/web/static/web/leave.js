// Leaves at once: hides what is on screen, forgets what the browser kept of these pages, and puts the neutral page in place of this one.
// Without this module the link is an ordinary link.

async function forget() {
  sessionStorage.clear();
  if ("caches" in window) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
}

for (const link of document.querySelectorAll("[data-leave]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    document.title = "";
    forget().catch(() => undefined);
    location.replace(link.href);
  });
}

// A page that the back button takes out of memory is asked for again, so that it is shown only to someone who may see it.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
