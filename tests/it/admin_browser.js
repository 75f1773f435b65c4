// Measures pages in frames of several widths, and leaves what it finds wrong in the title.
const problems = [];

function rgb(colour) {
  const parts = colour.match(/[\d.]+/g).map(Number);
  return parts.length < 4 || parts[3] > 0 ? parts : null;
}

function luminance([r, g, b]) {
  const linear = [r, g, b].map((it) => it / 255).map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

function ground(element, view) {
  for (let at = element; at; at = at.parentElement) {
    const found = rgb(view.getComputedStyle(at).backgroundColor);
    if (found) return found;
  }
  return [255, 255, 255];
}

function contrast(element, view) {
  const [a, b] = [rgb(view.getComputedStyle(element).color), ground(element, view)].map(luminance);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

window.addEventListener("load", () => {
  for (const frame of document.querySelectorAll("iframe")) {
    const [view, root] = [frame.contentWindow, frame.contentDocument.documentElement];
    const name = `${frame.title} at ${frame.width}`;
    if (root.scrollWidth > view.innerWidth) problems.push(`${name}: ${root.scrollWidth} wide`);
    for (const element of root.querySelectorAll("body *")) {
      const speaks = [...element.childNodes].some((it) => it.nodeType === 3 && it.textContent.trim());
      // WCAG 2.2, 1.4.3.
      if (speaks && contrast(element, view) < 4.5) {
        problems.push(`${name}: ${element.tagName}.${element.className} ${contrast(element, view).toFixed(2)}`);
      }
    }
    if (root.querySelector("img, script")) problems.push(`${name}: markup from a name`);
  }
  document.title = `measured ${document.querySelectorAll("iframe").length}: ${JSON.stringify(problems)}`;
});
