"use strict";
// A picture of the map as it stands: title, day and key with it, as SVG without a style sheet, or as PNG.

const TWICE = 2; // pixels of the PNG to one of the map
const INHERITED = ["fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "font-family", "font-size", "font-weight", "letter-spacing", "text-anchor", "paint-order"];
const OWN = { opacity: "1", "vector-effect": "none", "dominant-baseline": "auto" };

/** A drawing of the page with what its styles say as attributes, without what is not seen. */
function plainly(shown) {
  const copy = shown.cloneNode(false), look = getComputedStyle(shown), around = shown.parentElement ? getComputedStyle(shown.parentElement) : look;
  if (look.visibility === "hidden" || look.display === "none" || shown.matches(".hit")) return null;
  for (const name of ["class", "style", "tabindex", "role", "aria-label", "aria-current", "data-id", "data-pin"]) copy.removeAttribute(name);
  for (const name of INHERITED) if (shown instanceof SVGSVGElement || look.getPropertyValue(name) !== around.getPropertyValue(name)) copy.setAttribute(name, look.getPropertyValue(name));
  for (const [name, usual] of Object.entries(OWN)) if (look.getPropertyValue(name) !== usual) copy.setAttribute(name, look.getPropertyValue(name));
  if (!shown.children.length) copy.textContent = shown.textContent;
  for (const child of shown.children) {
    const made = plainly(child);
    if (made) copy.append(made);
  }
  return copy;
}

/** Words in lines of so many pixels. */
function linesOf(text, room) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (textWidth(longer) > room && lines[lines.length - 1]) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** The key of a figure, in rows from `top` on; returns its parts and where it ends. */
function keyOfPicture(figure, top, width, words) {
  const edge = 12, sampled = 40, parts = [];
  let [x, y, high] = [edge, top, 0];
  for (const item of figure.querySelectorAll(".legend li")) {
    const lines = linesOf(item.textContent, width - 2 * edge - sampled), wide = sampled + Math.max(...lines.map(textWidth)) + edge;
    if (x > edge && x + wide > width) [x, y, high] = [edge, y + high, 0];
    const sample = plainly(item.querySelector("svg"));
    put(sample, { x, y: y + 2, width: 34, height: 24 });
    parts.push(sample, ...lines.map((text, n) => draw("text", { x: x + sampled, y: y + 18 + 15 * n, ...words }, text)));
    x += wide;
    high = Math.max(high, 11 + 15 * lines.length);
  }
  return [parts, y + high + edge];
}

/** The map of a figure as a drawing of its own: title and day above it, its key below. */
function pictureOf(map) {
  const { figure, width } = map, edge = 12, line = 18, page = getComputedStyle(document.body), words = { fill: page.color, "font-size": 12, "font-family": "system-ui, sans-serif" };
  const said = [dateOf(map.run, view.time), ...linesOf(figure.querySelector("h3").textContent, width - 2 * edge)], top = said.length * line + edge;
  const [key, high] = keyOfPicture(figure, top + map.height + 4, width, words), drawn = plainly(map.svg);
  put(drawn, { y: top, width, height: map.height });
  const hatches = [...document.querySelectorAll("pattern")].map(plainly);
  return draw("svg", { xmlns: "http://www.w3.org/2000/svg", width, height: high, viewBox: `0 0 ${width} ${high}` },
    draw("title", {}, said.join(" ")), draw("defs", {}, ...hatches), draw("rect", { width, height: high, fill: page.backgroundColor }),
    ...said.map((text, n) => draw("text", { x: edge, y: edge + 6 + n * line, ...words, "font-weight": n ? "400" : "700" }, text)),
    draw("rect", { y: top, width, height: map.height, fill: getComputedStyle(map.canvas).backgroundColor }), drawn, ...key);
}

/** Hands a file to the reader. */
function download(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** The picture as pixels: an image that the page holds itself. */
async function pixelsOf(svg) {
  const image = new Image(), [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(svg));
  await image.decode();
  const canvas = make("canvas", { width: Math.round(width * TWICE), height: Math.round(height * TWICE) }), pencil = canvas.getContext("2d");
  pencil.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((found) => canvas.toBlob(found, "image/png"));
}

for (const button of document.querySelectorAll("[data-picture]")) {
  button.addEventListener("click", async () => {
    const map = maps.find(({ figure }) => figure.contains(button)), svg = pictureOf(map), kind = button.dataset.picture;
    const name = `${map.run.id}_day_${Math.floor(view.time / DAY)}.${kind}`;
    download(kind === "png" ? await pixelsOf(svg) : new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }), name);
  });
}
