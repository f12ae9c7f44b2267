// Covers that move: under the pointer or the focus; where there is neither, the one that is most in view, after a rest.
import { placeholder } from "./hash.js";

const hovers = matchMedia("(hover: hover)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const tiles = [...document.querySelectorAll(".tile[data-preview]")];
const REST = 700;

let moving = null;

function stop() {
  moving?.video.remove();
  moving?.video.removeAttribute("src");
  moving?.video.load();
  moving = null;
}

// One at a time. What starts by itself runs once; under the pointer it goes on.
function start(tile, again) {
  if (moving?.tile === tile || calm.matches || navigator.connection?.saveData) return;
  stop();
  const video = document.createElement("video");
  Object.assign(video, { className: "moves", src: tile.dataset.preview, muted: true, playsInline: true, loop: again, ariaHidden: "true" });
  video.disablePictureInPicture = true;
  video.tabIndex = -1;
  moving = { tile, video };
  const end = () => moving?.video === video && stop();
  video.addEventListener("playing", () => video.classList.add("on"), { once: true });
  video.addEventListener("ended", end);
  video.addEventListener("error", end);
  tile.querySelector("picture, img")?.after(video);
  if (!video.parentNode) tile.prepend(video);
  video.play().catch(end);
}

const leave = (tile) => moving?.tile === tile && stop();
for (const tile of tiles) {
  let soon;
  const enter = () => {
    clearTimeout(soon);
    soon = setTimeout(() => start(tile, true), 120);
  };
  const out = () => {
    clearTimeout(soon);
    leave(tile);
  };
  tile.addEventListener("pointerenter", ({ pointerType }) => pointerType === "mouse" && enter());
  tile.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && out());
  tile.addEventListener("focus", () => tile.matches(":focus-visible") && enter());
  tile.addEventListener("blur", out);
}

// Where nothing hovers.
const shares = new Map();
let resting;
const done = new WeakSet();
function rest() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (document.hidden || hovers.matches) return;
    const middle = innerHeight / 2;
    const far = (tile) => {
      const { top, height } = tile.getBoundingClientRect();
      return Math.abs(top + height / 2 - middle);
    };
    const whole = [...shares].filter(([tile, share]) => share > 0.6 && !done.has(tile)).map(([tile]) => tile);
    const [tile] = whole.sort((a, b) => far(a) - far(b));
    if (!tile) return;
    done.add(tile);
    start(tile, false);
  }, REST);
}
const seen = new IntersectionObserver((entries) => {
  for (const { target, intersectionRatio } of entries) {
    shares.set(target, intersectionRatio);
    if (intersectionRatio < 0.3) {
      done.delete(target);
      leave(target);
    }
  }
  rest();
}, { threshold: [0, 0.3, 0.6, 0.9] });
if (!hovers.matches) {
  for (const tile of tiles) seen.observe(tile);
  addEventListener("scroll", rest, { passive: true });
}
calm.addEventListener("change", stop);
document.addEventListener("visibilitychange", () => document.hidden && stop());

for (const tile of document.querySelectorAll(".tile[data-placeholder]")) placeholder(tile, tile.dataset.placeholder);
