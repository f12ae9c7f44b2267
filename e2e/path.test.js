// The curve that the studio shows is the one that the encode goes along: the numbers are what `Path::at` of
// crates/media/src/plan/path.rs says, and what holds there for every path (it meets its keys, stays between them, is not
// led up to a cut, moves with ease) holds here.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';

const source = await readFile(resolve(import.meta.dirname, '../crates/pages/static/path.js'), 'utf8');
const { at, centre, placed, seen, shown, sight } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const near = (a, b, what) => assert.ok(Math.abs(a - b) < 2e-6, `${what ?? ''} ${a} is not ${b}`);

// Numbers that are the same each time (mulberry32).
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function path(roll) {
  let at_ms = 0;
  return Array.from({ length: 1 + Math.floor(roll() * 39) }, () => {
    at_ms += 1 + Math.floor(roll() * 3999);
    return { at_ms, x: Math.floor(roll() * 1001) / 1000, cut: roll() < 0.2 };
  });
}

describe('the window that follows', () => {
  test('it is where the encode has it', () => {
    const keys = [[400, 0.2], [1000, 0.35], [2500, 0.8], [3000, 0.8], [4000, 0.1, true], [4700, 0.4], [6000, 0.55], [6100, 0.9]]
      .map(([at_ms, x, cut = false]) => ({ at_ms, x, cut }));
    const told = [
      [0, 0.2], [0.25, 0.2], [0.5, 0.207323], [0.75, 0.270376], [1, 0.35], [1.25, 0.430682], [1.5, 0.527273],
      [1.75, 0.626136], [2, 0.713636], [2.25, 0.776136], [2.5, 0.8], [2.75, 0.8], [3.5, 0.8], [3.75, 0.8], [4, 0.1],
      [4.25, 0.177028], [4.5, 0.321972], [4.75, 0.408641], [5, 0.440656], [5.25, 0.461122], [5.5, 0.479716],
      [5.75, 0.506116], [6, 0.55], [6.25, 0.9], [6.5, 0.9],
    ];
    for (const [seconds, x] of told) near(at(keys, seconds), x, `at ${seconds}:`);
    assert.equal(at([], 3), 0.5);
  });

  test('it meets its keys, stays between them, jumps at a cut and moves with ease', () => {
    const roll = dice(19);
    for (let round = 0; round < 300; round += 1) {
      const keys = path(roll);
      for (const key of keys) near(at(keys, key.at_ms / 1000), key.x);
      const longs = keys.slice(1).map((key, i) => (key.at_ms - keys[i].at_ms) / 1000);
      const shortest = Math.min(1, ...longs);
      keys.slice(1).forEach((to, i) => {
        const from = keys[i];
        const share = roll();
        const moment = from.at_ms / 1000 + longs[i] * share;
        const x = at(keys, moment);
        assert.ok(x >= Math.min(from.x, to.x) - 1e-6 && x <= Math.max(from.x, to.x) + 1e-6, `${from.x} ${x} ${to.x}`);
        if (to.cut) near(x, from.x, 'a cut is not led up to:');
        const step = 0.0005;
        if (keys.some((key) => key.cut && Math.abs(key.at_ms / 1000 - moment) < 0.002)) return;
        const speed = (when) => (at(keys, when + step) - at(keys, when)) / step;
        assert.ok(Math.abs(speed(moment) - speed(moment - step)) <= (14 * step) / shortest ** 2, 'no jump of speed');
      });
    }
  });

  test('what it shows is 9:16 of what is between the bars, and stops at the edge', () => {
    const wide = sight(1920, 1080);
    assert.equal(wide.upright, false);
    near(wide.share, 81 / 256);
    const bars = [100, 0, 100, 0];
    const within = sight(1920, 1080, bars);
    for (const [x, left] of [[0, 0.1], [1, 0.9 - 0.8 * within.share], [0.5, 0.5 - 0.4 * within.share]]) {
      const part = seen(within, bars, x);
      near(part.left, left);
      near((part.width * 1920) / (part.height * 1080), 9 / 16);
    }
    const tall = sight(320, 900);
    assert.equal(tall.upright, true);
    const low = seen(tall, null, 1);
    near(low.top + low.height, 1);
    near((low.width * 320) / (low.height * 900), 9 / 16);
    assert.equal(sight(1080, 1920), null);
    assert.equal(sight(1080, 1900), null, 'all but nothing would be left over');
    assert.deepEqual(shown(null), { left: 0, top: 0, width: 1, height: 1 });
    for (const place of [0, 0.3, 1]) near(placed(wide, centre(wide, place)), place);
    assert.equal(placed(wide, 0.01), 0);
  });
});
