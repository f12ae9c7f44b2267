// Which of its renditions the video of a card plays: chosen before anything of it is loaded, changed while it plays.
import { gauge, listen, pace } from "./pace.js";
import { change, choose, need, sizes } from "./quality.js";

export const clip = (card) => card.querySelector("[data-clip]");

// What the events of a card's video do: of the one that is there now, whichever rendition it plays.
export function on(card, name, act) {
  card.addEventListener(name, ({ target }) => target === clip(card) && act(target), true);
}

// The size that the viewer asked for, on this device; 0 leaves it to the player.
const QUALITY = "outro.quality";
let wish = 0;
try {
  wish = Number(localStorage.getItem(QUALITY)) || 0;
} catch {
  // Storage may be switched off; a choice then lasts for the page.
}

// AV1 is the better choice where a chip decodes it, and the last resort elsewhere: it would empty the battery.
let av1 = "no";
async function askAboutAv1() {
  const contentType = 'video/mp4; codecs="av01.0.08M.08"';
  if (!document.createElement("video").canPlayType(contentType)) return;
  const video = { contentType, width: 1080, height: 1920, bitrate: 3_000_000, framerate: 30 };
  const told = await navigator.mediaCapabilities?.decodingInfo({ type: "file", video }).catch(() => null);
  if (told?.supported && told.smooth) av1 = told.powerEfficient ? "ease" : "able";
}
askAboutAv1();
listen();

// The renditions that the page names for a card, and the one that plays; none where it names none.
const ladders = new WeakMap();
function ladder(card) {
  if (!ladders.has(card)) ladders.set(card, { list: JSON.parse(clip(card).dataset.renditions || "[]"), now: null });
  return ladders.get(card);
}

function seen(card) {
  const { width, height } = card.querySelector(".stage").getBoundingClientRect();
  const [one] = ladder(card).list;
  const fills = !card.classList.contains("wide");
  return {
    need: need(one, { width, height }, fills, devicePixelRatio),
    speed: pace.speed,
    thrifty: Boolean(navigator.connection?.saveData),
    av1,
    wish,
  };
}

// Far videos give their buffers back, so that a long sitting does not fill the memory.
export function rest(video) {
  if (!video.getAttribute("src")) return;
  video.dataset.src = video.getAttribute("src");
  video.preload = "none";
  video.removeAttribute("src");
  video.load();
}

// A video that was at rest gets the rendition that is right now.
export function wake(card) {
  const video = clip(card);
  if (video.preload !== "none" || card.dataset.state === "gone") return;
  const it = ladder(card);
  it.now = it.list.length ? choose(it.list, seen(card)) : null;
  const src = it.now?.url ?? video.dataset.src;
  delete video.dataset.src;
  if (src && src !== video.getAttribute("src")) video.src = src;
}

// Notes how fast a card's video comes in.
export function measure(card) {
  for (const name of ["loadstart", "progress", "suspend"]) {
    on(card, name, (video) => ladder(card).now && gauge(video, ladder(card).now));
  }
}

// What is loaded of a video, and what is to come of it: seconds ahead, seconds left, and whether the rest is all here.
export function store({ buffered, currentTime, duration }) {
  const spans = [...Array(buffered.length).keys()].map((i) => [buffered.start(i), buffered.end(i)]);
  const [, end] = spans.find(([from, to]) => from <= currentTime + 0.1 && to > currentTime) ?? [0, currentTime];
  return { ahead: end - currentTime, left: duration - currentTime, whole: end > duration - 0.3 };
}

let swapping = null;
let changed = -Infinity;
// Milliseconds from one change to the next.
const PAUSE = 5000;
// A change that takes longer was a mistake: the line is not what it was.
const LONG = 8000;

export function leaveSwap() {
  swapping?.abort();
  swapping = null;
}

async function swapTo(card, rendition) {
  leaveSwap();
  const own = (swapping = new AbortController());
  const late = setTimeout(() => own.abort(), LONG);
  try {
    const { swap } = await import("./swap.js");
    const video = clip(card);
    const note = (next) => gauge(next, rendition);
    await swap(video, rendition.url, { ahead: () => store(video).ahead, note, signal: own.signal });
    ladder(card).now = rendition;
  } catch {
    // It goes on as it was.
  }
  clearTimeout(late);
  if (swapping === own) swapping = null;
  changed = performance.now();
}

// Looks after the one that plays, every now and then.
export function steer(card) {
  const { list, now } = ladder(card);
  const video = clip(card);
  if (!now || swapping) return;
  gauge(video, now);
  if (video.paused || list.length < 2 || performance.now() - changed < PAUSE) return;
  const next = change(now, list, seen(card), store(video));
  if (next) swapTo(card, next);
}

// The sizes that there are of a video, and which of them the viewer's choice means; 0 where it is left to the player.
export function qualities(card) {
  const there = sizes(ladder(card).list);
  return { sizes: there, chosen: wish && (there.filter((size) => size <= wish).at(-1) ?? there[0]) };
}

export function setWish(card, size) {
  wish = size;
  try {
    if (size) localStorage.setItem(QUALITY, size);
    else localStorage.removeItem(QUALITY);
  } catch {
    // As above.
  }
  const { list, now } = ladder(card);
  const right = choose(list, seen(card));
  if (now && right !== now) swapTo(card, right);
}
