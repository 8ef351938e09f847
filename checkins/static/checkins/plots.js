// @ts-check
// Lets keys and fingers go along a plot, and shows beside it what stands at a point. A screen reader has it from the point itself.

for (const plot of document.querySelectorAll("svg.plot")) follow(/** @type {SVGElement} */ (plot));

/** @param {SVGElement} plot */
function follow(plot) {
  const points = /** @type {SVGElement[]} */ ([...plot.querySelectorAll(".point")]);
  if (!points.length) return;
  const said = document.createElement("p");
  said.className = "pointed";
  said.setAttribute("aria-hidden", "true");
  plot.after(said);

  /** @param {SVGElement} point */
  const tell = (point) => {
    for (const one of points) one.classList.toggle("here", one === point);
    said.textContent = point.getAttribute("aria-label");
  };

  for (const point of points) {
    point.addEventListener("focus", () => tell(point));
    point.addEventListener("pointerenter", () => tell(point));
    point.addEventListener("click", () => tell(point));
  }

  plot.addEventListener("keydown", (event) => {
    const at = points.findIndex((one) => one === document.activeElement);
    if (at < 0) return;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = points[Math.min(Math.max(to, 0), points.length - 1)];
    for (const one of points) one.setAttribute("tabindex", one === next ? "0" : "-1");
    next.focus();
  });
}
