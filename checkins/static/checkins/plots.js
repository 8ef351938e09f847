// @ts-check
// Lets keys and fingers go along a plot, and shows beside it what stands at a point. A screen reader has it from the point itself.
// It listens to the whole page, so that a plot which comes later, as in the preview of sharing, is no different.

for (const plot of document.querySelectorAll("svg.plot")) saidUnder(plot);

document.addEventListener("focusin", (event) => tell(pointOf(event)));
document.addEventListener("pointerover", (event) => tell(pointOf(event)));
document.addEventListener("click", (event) => tell(pointOf(event)));
document.addEventListener("keydown", (event) => {
  const point = pointOf(event);
  if (!point) return;
  const points = pointsOf(point);
  const at = points.indexOf(point);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = points[Math.min(Math.max(to, 0), points.length - 1)];
  for (const one of points) one.setAttribute("tabindex", one === next ? "0" : "-1");
  next.focus();
});

/** @param {Event} event */
function pointOf(event) {
  const point = event.target instanceof Element ? event.target.closest("svg.plot .point") : null;
  return point instanceof SVGElement ? point : null;
}

/** @param {SVGElement} point */
function pointsOf(point) {
  return /** @type {SVGElement[]} */ ([...(point.closest("svg.plot")?.querySelectorAll(".point") ?? [])]);
}

/** @param {SVGElement | null} point */
function tell(point) {
  const plot = point?.closest("svg.plot");
  if (!point || !plot) return;
  for (const one of pointsOf(point)) one.classList.toggle("here", one === point);
  const said = saidUnder(plot);
  if (said) said.textContent = point.getAttribute("aria-label");
}

/**
 * The line under a plot that has points, made where there is none yet.
 * @param {Element} plot
 */
function saidUnder(plot) {
  if (!plot.querySelector(".point")) return null;
  if (plot.nextElementSibling?.matches(".pointed")) return plot.nextElementSibling;
  const said = document.createElement("p");
  said.className = "pointed";
  said.setAttribute("aria-hidden", "true");
  plot.after(said);
  return said;
}
