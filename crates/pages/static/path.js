// Where the window of a video looks at each moment, and what of the picture it shows: as the encode has it
// (crates/media/src/plan/path.rs and scene.rs), so that a preview shows what will be made. Nothing here touches a page.
const time = (key) => key.at_ms / 1000;
const slope = (a, b) => (b.x - a.x) / (time(b) - time(a));
const within = (n, least, most) => Math.min(Math.max(n, least), most);

// How many keys are not after this moment.
function reached(keys, seconds) {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (time(keys[middle]) <= seconds) from = middle + 1;
    else to = middle;
  }
  return from;
}

// How fast the window passes key `i`: not at all where it turns, starts or ends; else the harmonic mean of the speeds on
// both sides, which keeps each piece between its ends.
function speed(keys, i) {
  const [last, here, next] = [keys[i - 1], keys[i], keys[i + 1]];
  if (!last || !next || here.cut || next.cut) return 0;
  const [before, after] = [slope(last, here), slope(here, next)];
  return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
}

// The centre of the window, 0 to 1, by keys `{at_ms, x, cut}` in the order of time; in the middle where there are none.
export function at(keys, seconds) {
  if (!keys.length) return 0.5;
  const after = reached(keys, seconds);
  const [from, to] = [keys[after - 1], keys[after]];
  if (!from) return keys[0].x;
  if (!to || to.cut) return from.x;
  const [long, mean] = [time(to) - time(from), slope(from, to)];
  const [leaving, arriving] = [speed(keys, after - 1), speed(keys, after)];
  const square = (3 * mean - 2 * leaving - arriving) / long;
  const cube = (leaving + arriving - 2 * mean) / (long * long);
  const u = seconds - time(from);
  return within(from.x + u * (leaving + u * (square + u * cube)), 0, 1);
}

// What is left of the picture without its bars (thousandths at left, top, right and bottom), in shares of the whole.
export function shown(bars) {
  const [left, top, right, bottom] = (bars ?? [0, 0, 0, 0]).map((side) => side / 1000);
  return { left, top, width: 1 - left - right, height: 1 - top - bottom };
}

// The window of 9:16 in it: whether it moves up and down, and how much of that side it takes. None if all but nothing
// would be left over.
export function sight(width, height, bars) {
  const rest = shown(bars);
  const share = (height * rest.height * 9) / (width * rest.width * 16);
  const upright = share > 1;
  const part = upright ? 1 / share : share;
  return part < 0.96 ? { upright, share: part } : null;
}

// How far along its way the window is with its centre at `x`, 0 to 1, and back: at an edge it stops.
export const placed = ({ share }, x) => within((x - share / 2) / (1 - share), 0, 1);
export const centre = ({ share }, place) => within(place, 0, 1) * (1 - share) + share / 2;

// What the window shows, in shares of the whole picture.
export function seen(sight, bars, x) {
  const { left, top, width, height } = shown(bars);
  const start = placed(sight, x) * (1 - sight.share);
  return sight.upright
    ? { left, top: top + start * height, width, height: sight.share * height }
    : { left: left + start * width, top, width: sight.share * width, height };
}
