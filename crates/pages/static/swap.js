// Puts another rendition in the place of the one that plays. Both play for a moment; the change is made as the new one
// shows its first frame, at the time that the old one has reached.
const TRIES = 8;
// Seconds: how far from each other both may be at the change.
const NEAR = 0.12;

// The first of these events; a refusal when it fails or is no longer wanted.
function event(video, names, signal) {
  return new Promise((done, fail) => {
    const end = new AbortController();
    const on = (name, act) => video.addEventListener(name, () => (end.abort(), act()), { signal: end.signal });
    for (const name of names) on(name, done);
    on("error", () => fail(new Error("it cannot be loaded")));
    signal.addEventListener("abort", () => (end.abort(), fail(signal.reason)), { signal: end.signal });
  });
}

const frame = (video) =>
  new Promise((done) => (video.requestVideoFrameCallback ? video.requestVideoFrameCallback(done) : setTimeout(done, 60)));
const tick = () => new Promise((done) => requestAnimationFrame(done));

// Moves `next` to where the old one will be in a moment, with something in store.
async function reach(next, old, lead, signal) {
  const target = old.currentTime + lead;
  // Near the end it goes on from the start, where what plays in a loop will be.
  next.currentTime = target > old.duration - 0.5 && old.loop && !old.paused ? 0 : target;
  const ready = () => !next.seeking && next.readyState >= (old.paused ? 2 : 3);
  while (!ready()) await event(next, ["seeked", "canplay", "loadeddata", "canplaythrough"], signal);
}

// Waits until the old one is where `next` is: whether it was met, and not missed. One that stands still for want of more
// waits for nothing.
async function meet(next, old, signal) {
  const target = next.currentTime;
  for (;;) {
    signal.throwIfAborted();
    const behind = target - old.currentTime;
    const wraps = behind < -NEAR && target < 1 && old.loop && old.duration + behind < 3;
    if (old.paused || (old.readyState < 3 && Math.abs(behind) < 3)) return true;
    if (Math.abs(behind) < 0.05) return true;
    if (behind < 0 && !wraps) return behind > -NEAR;
    await tick();
  }
}

// `old` leaves the page once the new one shows. `ahead` tells how many seconds it has in store; `note` is told of the new one
// as it comes in. It is refused when the signal says stop, or when what is wanted cannot be loaded in time: then all is as it
// was.
export async function swap(old, url, { ahead, note, signal }) {
  const next = old.cloneNode();
  next.removeAttribute("data-clip");
  Object.assign(next, { muted: true, preload: "auto", src: url, volume: old.volume });
  for (const name of ["loadstart", "progress", "suspend"]) next.addEventListener(name, () => note(next));
  // The line is for the new one; the old one goes on with what it has.
  const { preload } = old;
  old.preload = "metadata";
  // Below, until it has a picture.
  old.before(next);
  try {
    while (next.readyState < 1) await event(next, ["loadedmetadata"], signal);
    for (let tries = 0; ; tries += 1) {
      if (tries === TRIES) throw new Error("it does not catch up");
      await reach(next, old, old.paused ? 0 : Math.min(Math.max(ahead() / 2, 0.3), 1.5 + tries), signal);
      if (await meet(next, old, signal)) break;
    }
    if (!old.paused) {
      const shown = frame(next);
      await next.play();
      await shown;
      signal.throwIfAborted();
    }
  } catch (error) {
    drop(next);
    old.preload = preload;
    throw error;
  }
  const playing = !old.paused;
  if (!playing) next.pause();
  next.setAttribute("data-clip", "");
  next.muted = old.muted;
  next.className = old.className;
  drop(old);
  // Some browsers stop what gets its sound without a touch: then it goes on silently.
  if (playing && next.paused) {
    next.muted = true;
    next.play().catch(() => {});
  }
}

// What is loaded of it is given back.
function drop(video) {
  video.removeAttribute("data-clip");
  video.removeAttribute("src");
  video.load();
  video.remove();
}
