// What the player decides without a page: which rendition, when to change it, how fast the line is, what a placeholder shows.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';

const module = async (name) => {
  const source = await readFile(resolve(import.meta.dirname, `../crates/pages/static/${name}.js`), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(source)}`);
};
const { change, choose, need, sizes } = await module('quality');
const { Pace } = await module('pace');
const { decode } = await module('hash');

const one = (width, codec, bps) => ({ url: `/${width}-${codec}`, width, height: Math.round((width * 16) / 9), codec, bps });
const h264 = [one(480, 'h264', 1_200_000), one(720, 'h264', 2_400_000), one(1080, 'h264', 4_800_000)];
const both = [
  one(480, 'av1', 700_000), h264[0], one(720, 'av1', 1_300_000), h264[1], one(1080, 'av1', 2_600_000), h264[2],
];
const fast = { need: 2000, speed: 100e6 };
const chosen = (list, seen) => choose(list, { ...fast, ...seen }).url;

describe('which rendition', () => {
  test('as many pixels as are seen, and hardly more', () => {
    const told = [[100, 480], [480, 480], [590, 480], [610, 720], [880, 720], [910, 1080], [1300, 1080], [4000, 1080]];
    for (const [need, width] of told) assert.equal(chosen(h264, { need }), `/${width}-h264`, `${need} across`);
    for (let need = 400; need <= 1100; need += 1) assert.ok(choose(h264, { ...fast, need }).width <= need * 1.25, String(need));
  });

  test('the pixels that a box shows', () => {
    const phone = need(h264[1], { width: 390, height: 784 }, true, 2);
    assert.ok(Math.abs(phone - 882) < 1, `a phone is filled: ${phone}`);
    const wide = need({ width: 1920, height: 1080 }, { width: 390, height: 784 }, false, 2);
    assert.ok(Math.abs(wide - 438.75) < 1, `and what is wide is shown whole: ${wide}`);
  });

  test('what the line carries with room to spare', () => {
    for (const [speed, width] of [[10e6, 1080], [6.8e6, 720], [3.5e6, 720], [3.3e6, 480], [1e5, 480]]) {
      assert.equal(chosen(h264, { speed }), `/${width}-h264`, `${speed} bits a second`);
    }
  });

  test('AV1 first where it is decoded with ease, last where it merely can be, never where it cannot', () => {
    assert.equal(chosen(both, { av1: 'ease' }), '/1080-av1');
    assert.equal(chosen(both, { av1: 'able' }), '/1080-h264');
    assert.equal(chosen(both, { av1: 'able', speed: 4e6 }), '/1080-av1', 'where the line does not carry the other');
    assert.equal(chosen(both, { av1: 'no', speed: 4e6 }), '/720-h264');
    assert.equal(chosen(both, { av1: 'no', speed: 1e5 }), '/480-h264');
    assert.equal(chosen([both[0]], { av1: 'no' }), '/480-av1', 'there is nothing else');
  });

  test('data is saved where that is asked for, and a choice is kept', () => {
    assert.equal(chosen(h264, { thrifty: true }), '/480-h264');
    assert.equal(chosen(h264, { wish: 720, speed: 1e5 }), '/720-h264');
    assert.equal(chosen(h264, { wish: 720, thrifty: true, need: 100 }), '/720-h264');
    assert.equal(chosen(h264.slice(1), { wish: 480 }), '/720-h264', 'the nearest that there is');
    assert.equal(chosen(h264.slice(0, 2), { wish: 1080 }), '/720-h264');
    assert.equal(choose([], fast), undefined);
    assert.deepEqual(sizes(both), [480, 720, 1080]);
  });
});

describe('when to change', () => {
  const store = { ahead: 10, left: 30, whole: false };
  const to = (now, speed, more) => change(now, h264, { need: 2000, speed }, { ...store, ...more })?.width ?? null;
  test('down before it runs dry, and not sooner', () => {
    assert.equal(to(h264[2], 2.5e6, { ahead: 10 }), null);
    assert.equal(to(h264[2], 2.5e6, { ahead: 3 }), 480);
    assert.equal(to(h264[2], 4e6, { ahead: 0 }), 720);
    assert.equal(to(h264[2], 6e6, { ahead: 0 }), null, 'the line just carries it');
  });
  test('up with room to spare, where enough is to come', () => {
    assert.equal(to(h264[0], 4e6), null, 'it would carry 720, with nothing to spare');
    assert.equal(to(h264[0], 6e6), 720);
    assert.equal(to(h264[0], 40e6), 1080);
    assert.equal(to(h264[0], 40e6, { left: 5 }), null);
  });
  test('not down for what is here already, nor against a choice, nor to another codec of the same size', () => {
    assert.equal(to(h264[2], 1e5, { ahead: 0, whole: true }), null);
    assert.equal(change(h264[2], h264, { need: 2000, speed: 1e5, wish: 1080 }, { ...store, ahead: 0 }), null);
    assert.equal(change(both[4], both, { ...fast, av1: 'able' }, store), null);
  });
});

describe('how fast the line is', () => {
  const after = (first, ...speeds) => {
    const pace = new Pace(first);
    for (const speed of speeds) pace.note(speed / 8, 1000);
    return pace.speed;
  };
  const about = (got, wanted) => assert.ok(Math.abs(got / wanted - 1) < 0.01, `${got} is not about ${wanted}`);
  test('what was thought at first gives way to what is known', () => {
    about(after(4e6), 4e6);
    about(after(4e6, 4e6), 4e6);
    about(after(4e6, 20e6, 20e6, 20e6), 20e6);
  });
  test('it falls fast, rises slowly, and forgets', () => {
    const good = Array(8).fill(10e6);
    assert.ok(after(4e6, ...good, 1e6, 1e6) < 1.5e6);
    assert.ok(after(4e6, ...Array(8).fill(1e6), 10e6, 10e6, 10e6) < 2e6);
    about(after(4e6, 1e6, ...good), 10e6);
  });
  test('a line that gives nothing is slow, and no more than that', () => {
    assert.ok(after(4e6, 0, 0, 0) > 0 && after(4e6, 0, 0, 0) < 1e5);
  });
});

describe('the placeholder', () => {
  // Made and read by the reference implementation: the first pixel, one at its right, the one in the middle.
  const told = [
    ['HFcKbBqPCIiIh4d4eIiAhIgIiA==', 18, 32, [39, 91, 255, 255], [16, 103, 14, 255], [111, 78, 126, 255]],
    ['lToKNZpwd4eCiHiHiHiHh4ByB9h4', 32, 23, [25, 23, 48, 255], [121, 8, 29, 255], [131, 96, 25, 255]],
    ['oqiGNQ43wHuhh4d3eKNPCIx3cHd3eId4dw==', 32, 32, [165, 114, 99, 0], [158, 112, 67, 81], [151, 101, 131, 130]],
    ['1QcSHQRnh493V4dIh4eXh1h4kJUI', 23, 32, [64, 77, 113, 255], [98, 112, 135, 255], [140, 109, 88, 255]],
  ];
  test('is what the reference implementation draws', () => {
    for (const [text, width, height, ...pixels] of told) {
      const picture = decode(Buffer.from(text, 'base64'));
      assert.deepEqual([picture.width, picture.height], [width, height]);
      const places = [0, 16, (height >> 1) * width + (width >> 1)];
      places.forEach((place, i) => pixels[i].forEach((part, n) => {
        const got = picture.rgba[place * 4 + n];
        assert.ok(Math.abs(got - part) <= 1, `${text} at ${place}: ${got} is not ${part}`);
      }));
    }
  });
  test('what is none is refused', () => {
    for (const text of ['', 'AA==', '1QcSHQRn']) assert.throws(() => decode(Buffer.from(text, 'base64')), RangeError);
  });
});
