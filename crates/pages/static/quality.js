// Which rendition of a video is right: by the pixels that are seen, by what the device decodes well, by what the line
// carries. Nothing here touches a page. A rendition is `{url, width, height, codec, bps}`.

// A moving picture is not seen to be soft while it has four fifths of the pixels across that the screen shows.
const ENOUGH = 0.8;
// How much of the line a video may take: the rest is for its ups and downs, and for what comes next.
const MARGIN = 0.7;
// A line that carries so much more than what plays fills the store, if slowly.
const JUST = 1.15;
// Seconds: with fewer in store it is time to step down; with fewer to go it does not pay to step up.
const LOW = 4;
const WORTH = 8;

export const side = ({ width, height }) => Math.min(width, height);
export const sizes = (list) => [...new Set(list.map(side))].sort((a, b) => a - b);

// How many pixels across the shorter side of a picture takes on the screen, in a box of CSS pixels that it fills, or in
// which it is shown whole.
export function need({ width, height }, box, fills, density) {
  const [across, down] = [box.width / width, box.height / height];
  return Math.min(width, height) * (fills ? Math.max(across, down) : Math.min(across, down)) * density;
}

// What would be seen at its best, lightest last: AV1 leads where the device does it with ease; where it merely keeps up,
// AV1 is for lines that carry no H.264 of that size.
function ofSize(list, size, av1) {
  const rank = ({ codec }) => ((codec === "av1") === (av1 === "ease") ? 0 : 1);
  return list.filter((one) => side(one) === size).sort((a, b) => rank(a) - rank(b) || b.bps - a.bps);
}

// `seen`: `need` as above, `speed` of the line in bits a second, `av1` ("ease", "able" or "no"), `thrifty` where data is
// to be saved, `wish` the size that the viewer chose, or 0. Nothing only where the list is empty.
export function choose(list, { need, speed, av1 = "no", thrifty = false, wish = 0 }) {
  const known = list.filter(({ codec }) => codec !== "av1" || av1 !== "no");
  const playable = known.length ? known : list;
  const ladder = sizes(playable);
  if (wish) {
    const size = ladder.filter((one) => one <= wish).at(-1) ?? ladder[0];
    return ofSize(playable, size, av1)[0];
  }
  const lightest = [...playable].sort((a, b) => a.bps - b.bps)[0];
  if (thrifty) return lightest;
  const wanted = ladder.find((size) => size >= need * ENOUGH) ?? ladder.at(-1);
  const fitting = ladder
    .filter((size) => size <= wanted)
    .reverse()
    .flatMap((size) => ofSize(playable, size, av1));
  return fitting.find(({ bps }) => bps <= speed * MARGIN) ?? lightest;
}

// What to change to while `now` plays, if anything: down before it runs dry, up where enough of it is to come and the line
// has room to spare. `ahead` seconds are in store, `left` are to come, `whole` says that all of it is here.
export function change(now, list, seen, { ahead, left, whole }) {
  if (seen.wish) return null;
  const lower = choose(list, seen);
  if (lower && lower.bps < now.bps) {
    const holds = whole || ahead >= LOW || seen.speed > now.bps * JUST;
    return holds ? null : lower;
  }
  const higher = choose(list, { ...seen, speed: seen.speed * MARGIN });
  return higher && higher.bps > now.bps && side(higher) > side(now) && left > WORTH ? higher : null;
}
