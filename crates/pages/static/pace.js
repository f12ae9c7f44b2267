// How fast the line is, from what came over it. Kept in memory alone, and forgotten with the page.
const SOON = 3;
const LATE = 8;
// Less says more of the way there and back than of the line.
const LEAST = 24_000;
// Milliseconds after which even nothing says something.
const LONG = 400;
// A line that gives nothing for a while still has a speed that can be reckoned with.
const SLOWEST = 20_000;
// More than this is fetched with rests between, so that its time says little.
const MOST = 2_000_000;

// The mean that fits what takes time: one slow stretch weighs more than a fast one.
const harmonic = (speeds) => speeds.length / speeds.reduce((sum, speed) => sum + 1 / speed, 0);

export class Pace {
  #speeds = [];
  #first;

  // What to think before anything came, in bits a second.
  constructor(first) {
    this.#first = first;
  }

  note(bytes, ms) {
    this.#speeds.push(Math.max((bytes * 8000) / Math.max(ms, 1), SLOWEST));
    if (this.#speeds.length > LATE) this.#speeds.shift();
  }

  // Quick to fall and slow to rise: the lower of what was lately and of what was for some time. What was thought at first
  // counts as one of the first few.
  get speed() {
    const known = this.#speeds.length < SOON ? [this.#first, ...this.#speeds] : this.#speeds;
    return Math.min(harmonic(known.slice(-SOON)), harmonic(known));
  }
}

// What a browser thinks of the line is all there is at first. It says 4g of all that is not slow, and of a line that it does
// not know yet, with a low number: then it is what a phone has almost anywhere.
const USUAL = 3;
const { downlink = 0, effectiveType = "4g" } = globalThis.navigator?.connection ?? {};
export const pace = new Pace(effectiveType === "4g" ? Math.max(downlink, USUAL) * 1e6 : downlink * 1e6);

// Whole fetches of some size. `transferSize` is 0 for what was kept already.
export function listen() {
  new PerformanceObserver((list) => {
    for (const { initiatorType, transferSize, responseStart, responseEnd } of list.getEntries()) {
      if (!["img", "fetch"].includes(initiatorType)) continue;
      if (transferSize >= LEAST && transferSize <= MOST) pace.note(transferSize, responseEnd - responseStart);
    }
  }).observe({ type: "resource", buffered: true });
}

// What comes in while a video is loading: asked as it begins, now and then, and as it rests, with the rendition that it
// plays, it notes how much more of it there is.
const gauges = new WeakMap();
export function gauge(video, rendition) {
  if (!rendition.bps) return;
  const { buffered, networkState, duration, currentSrc } = video;
  const now = performance.now();
  const here = [...Array(buffered.length).keys()].reduce((sum, i) => sum + buffered.end(i) - buffered.start(i), 0);
  const loading = networkState === HTMLMediaElement.NETWORK_LOADING && !(here > duration - 0.1);
  const last = gauges.get(video);
  if (last?.loading && last.currentSrc === currentSrc) {
    const [bytes, ms] = [((here - last.here) * rendition.bps) / 8, now - last.now];
    if (bytes >= LEAST || (ms > LONG && bytes >= 0)) pace.note(bytes, ms);
    else if (loading && bytes >= 0) return;
  }
  gauges.set(video, { here, now, loading, currentSrc });
}
