// A ThumbHash (https://evanw.github.io/thumbhash/): a picture in some 25 bytes, blurred. It stands until the cover is there.
const across = (bits, max) => bits / max;

// The cosines of a channel, each worth four bits, lowest frequencies first; a triangle of them, without the mean.
function waves(nibble, columns, rows, scale) {
  const found = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = row ? 0 : 1; column * rows < columns * (rows - row); column += 1) {
      found.push([column, row, (nibble() / 7.5 - 1) * scale]);
    }
  }
  return found;
}

// The picture as `{width, height, rgba}`; an error where the bytes are none.
export function decode(bytes) {
  const at = (i) => {
    if (i >= bytes.length) throw new RangeError("a ThumbHash that ends early");
    return bytes[i];
  };
  const [first, second] = [at(0) | (at(1) << 8) | (at(2) << 16), at(3) | (at(4) << 8)];
  const clear = first >> 23 === 1;
  const [long, short] = [clear ? 5 : 7, second & 7];
  const landscape = second >> 15 === 1;
  const [columns, rows] = landscape ? [long, short] : [short, long];
  let next = clear ? 12 : 10;
  const nibble = () => {
    const byte = at(next >> 1);
    return (next++ & 1 ? byte >> 4 : byte) & 15;
  };
  const mean = [across(first & 63, 63), across((first >> 6) & 63, 31.5) - 1, across((first >> 12) & 63, 31.5) - 1];
  const light = waves(nibble, Math.max(3, columns), Math.max(3, rows), across((first >> 18) & 31, 31));
  const yellow = waves(nibble, 3, 3, across((second >> 3) & 63, 63) * 1.25);
  const red = waves(nibble, 3, 3, across((second >> 9) & 63, 63) * 1.25);
  const [solid, holes] = clear ? [across(at(5) & 15, 15), waves(nibble, 5, 5, across(at(5) >> 4, 15))] : [1, []];

  const ratio = columns / rows;
  const [width, height] = [Math.round(ratio > 1 ? 32 : 32 * ratio), Math.round(ratio > 1 ? 32 / ratio : 32)];
  const rgba = new Uint8ClampedArray(width * height * 4);
  const wave = (n, place, size) => Math.cos((Math.PI / size) * (place + 0.5) * n);
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 4) {
      const sum = (start, channel) =>
        channel.reduce((all, [column, row, much]) => all + much * wave(column, x, width) * wave(row, y, height) * 2, start);
      const [l, p, q] = [sum(mean[0], light), sum(mean[1], yellow), sum(mean[2], red)];
      const b = l - (2 / 3) * p;
      const r = (3 * l - b + q) / 2;
      [r, r - q, b, sum(solid, holes)].forEach((part, n) => (rgba[i + n] = part * 255));
    }
  }
  return { width, height, rgba };
}

// Drawn behind what is to come, at the start of `box`.
export function placeholder(box, text) {
  let picture;
  try {
    picture = decode(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
  } catch {
    return;
  }
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { className: "hash", width: picture.width, height: picture.height, ariaHidden: "true" });
  canvas.getContext("2d").putImageData(new ImageData(picture.rgba, picture.width, picture.height), 0, 0);
  box.prepend(canvas);
}
