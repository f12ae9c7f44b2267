// The edit list, reckoned: what is shown when, and what becomes of it by each change. Times are milliseconds; `out` is a
// time of what comes out, `from_ms` and `to_ms` of a piece are times of its file: of a clip where it names one, else of the
// original. Nothing here touches a page.
export const MOST = { cuts: 40, clips: 10, titles: 20, captions: 500 };
export const SHORTEST = 100;

export const lengthOf = ({ from_ms, to_ms, speed }) => ((to_ms - from_ms) * 100) / speed;
// Whether a piece is of this clip; without one, of the original.
export const isOf = (cut, clip) => (cut.clip ?? null) === (clip ?? null);
export const total = (cuts) => cuts.reduce((sum, cut) => sum + lengthOf(cut), 0);

// Where a piece begins in what comes out.
export const startOf = (cuts, index) => total(cuts.slice(0, index));

// The piece that is shown at a moment, and which moment of its file that is.
export function at(cuts, out) {
  let start = 0;
  for (const [index, cut] of cuts.entries()) {
    const length = lengthOf(cut);
    if (out < start + length || index === cuts.length - 1) {
      const within = Math.min(Math.max(out - start, 0), length);
      return { index, source: cut.from_ms + (within * cut.speed) / 100 };
    }
    start += length;
  }
  return { index: 0, source: 0 };
}

// The moment of what comes out at which a piece shows a moment of its file.
export const outOf = (cuts, index, source) =>
  startOf(cuts, index) + ((Math.min(Math.max(source, cuts[index].from_ms), cuts[index].to_ms) - cuts[index].from_ms) * 100) / cuts[index].speed;

// Two pieces in the place of one; none where one of them would be too short.
export function split(cuts, out) {
  const { index, source } = at(cuts, out);
  const middle = Math.round(source);
  const parts = [
    { ...cuts[index], to_ms: middle },
    { ...cuts[index], from_ms: middle },
  ];
  if (parts.some((part) => lengthOf(part) < SHORTEST)) return null;
  return { cuts: cuts.toSpliced(index, 1, ...parts), index: index + 1 };
}

// A piece at another place.
export function moved(cuts, from, to) {
  const left = cuts.toSpliced(from, 1);
  return left.toSpliced(to, 0, cuts[from]);
}

// A piece with one of its ends elsewhere, as far as its file goes and as short as it may be.
export function trimmed(cut, end, ms, whole) {
  const least = Math.ceil((SHORTEST * cut.speed) / 100);
  if (end === "from") return { ...cut, from_ms: Math.round(Math.min(Math.max(ms, 0), cut.to_ms - least)) };
  return { ...cut, to_ms: Math.round(Math.max(Math.min(ms, whole), cut.from_ms + least)) };
}

// What is sent: a single piece that is all of the original is no piece at all.
export function sent(edit, whole) {
  const [first, ...others] = edit.cuts;
  const isAll = !others.length && !first?.clip && first?.speed === 100 && first.from_ms === 0 && first.to_ms >= whole - 1;
  return isAll ? { ...edit, cuts: [] } : edit;
}

// `1:02.3`, or without the tenths.
export function clock(ms, tenths = true) {
  const all = Math.max(0, Math.round(ms / 100));
  const [minutes, seconds] = [Math.floor(all / 600), Math.floor(all / 10) % 60];
  const text = `${minutes}:${String(seconds).padStart(2, "0")}`;
  return tenths ? `${text}.${all % 10}` : text;
}
