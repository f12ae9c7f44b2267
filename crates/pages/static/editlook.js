// How the picture looks, as matrices for the browser: the same numbers that the encode has
// (crates/media/src/plan/look.rs), so that the preview shows what will be made.
const MIXERS = {
  warm: [1.08, 0.04, 0, 0.02, 1, 0, 0, 0.04, 0.84],
  cool: [0.9, 0, 0.02, 0, 0.99, 0.03, 0, 0.06, 1.08],
};
const TONES = {
  warm: [1, 0, 1.08],
  mono: [1.08, 0, 0],
  vivid: [1.08, 0, 1.45],
  fade: [0.82, 0.05, 0.8],
  grain: [1.05, 0, 0.88],
};
// Shares of red, green and blue in how bright something is.
const LUMA = [0.2126, 0.7152, 0.0722];

// Four numbers a row: red, green, blue, and what is added. As with video, contrast turns around its grey and leaves the
// colour as it is.
function toned([contrast, brightness, saturation]) {
  const add = (1 - contrast) * 0.511 + brightness * (255 / 219);
  return [0, 1, 2].map((row) => {
    const shares = LUMA.map((luma, column) => (contrast - saturation) * luma + (row === column ? saturation : 0));
    return [...shares, add];
  });
}

// The rows of both steps, as `feColorMatrix` takes them; none where nothing is changed.
export function matrices({ look = "none", brightness = 0, contrast = 0, saturation = 0 }) {
  const steps = [];
  const mixer = MIXERS[look];
  if (mixer) steps.push([0, 3, 6].map((start) => [...mixer.slice(start, start + 3), 0]));
  const [c, b, s] = TONES[look] ?? [1, 0, 1];
  const tone = [c * (1 + contrast / 200), b + brightness / 400, s * (1 + saturation / 100)];
  if (tone[0] !== 1 || tone[1] !== 0 || tone[2] !== 1) steps.push(toned(tone));
  return steps.map((rows) => `${rows.map(([r, g, blue, add]) => [r, g, blue, 0, add].join(" ")).join(" ")} 0 0 0 1 0`);
}

const SVG = "http://www.w3.org/2000/svg";
const box = document.createElementNS(SVG, "svg");
box.setAttribute("class", "hidden");
box.setAttribute("aria-hidden", "true");
document.body.append(box);

// The value for `filter` that gives an edit its look; each name is one filter in the page.
export function filter(name, edit) {
  const steps = matrices(edit);
  const id = `look-${name}`;
  document.getElementById(id)?.remove();
  if (!steps.length) return "none";
  const made = document.createElementNS(SVG, "filter");
  made.id = id;
  made.setAttribute("color-interpolation-filters", "sRGB");
  for (const values of steps) {
    const step = document.createElementNS(SVG, "feColorMatrix");
    step.setAttribute("type", "matrix");
    step.setAttribute("values", values);
    made.append(step);
  }
  box.append(made);
  return `url(#${id})`;
}
