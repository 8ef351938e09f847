// Runs before anything of a page is drawn: whoever left in a hurry does not meet these pages again by going back.
// Opening Ebb anew, by its icon or its address, is no way back and begins afresh.

(() => {
  try {
    const left = sessionStorage.getItem("left");
    if (!left) return;
    const [how] = performance.getEntriesByType("navigation");
    if (/** @type {PerformanceNavigationTiming | undefined} */ (how)?.type === "back_forward") {
      document.documentElement.hidden = true;
      location.replace(left);
    } else if (location.href !== left) {
      sessionStorage.removeItem("left");
    }
  } catch {
    // A browser that keeps nothing has nothing to guard.
  }
})();
