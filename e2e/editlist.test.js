// What the editor reckons: which moment of the original is seen when, what becomes of pieces, and captions as WebVTT, which
// are what `read_webvtt` and `Edit::webvtt` of crates/model/src/edit.rs make of them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';

const load = async (name) => {
  const source = await readFile(resolve(import.meta.dirname, `../crates/pages/static/${name}`), 'utf8');
  return import(`data:text/javascript,${encodeURIComponent(source)}`);
};
const list = await load('editlist.js');
const vtt = await load('vtt.js');

const cut = (from_ms, to_ms, speed = 100) => ({ from_ms, to_ms, speed });
const cuts = [cut(3000, 4000), cut(0, 1000, 200), cut(2000, 2500, 50)];

describe('the edit list', () => {
  test('each moment is one of the original, at the speed of its piece', () => {
    assert.equal(list.total(cuts), 2500);
    for (const [out, index, source] of [[0, 0, 3000], [999, 0, 3999], [1000, 1, 0], [1250, 1, 500], [1500, 2, 2000], [2500, 2, 2500], [9000, 2, 2500]]) {
      assert.deepEqual(list.at(cuts, out), { index, source }, `at ${out}`);
    }
    for (let out = 0; out < 2500; out += 37) {
      const { index, source } = list.at(cuts, out);
      assert.ok(Math.abs(list.outOf(cuts, index, source) - out) < 1e-6);
    }
  });

  test('a piece parts where it is seen, and not into less than a tenth of a second', () => {
    const parted = list.split(cuts, 1250);
    assert.deepEqual(parted, { cuts: [cuts[0], cut(0, 500, 200), cut(500, 1000, 200), cuts[2]], index: 2 });
    assert.equal(list.total(parted.cuts), list.total(cuts));
    for (const out of [0, 50, 950, 1050, 2450, 2500]) assert.equal(list.split(cuts, out), null, `${out}`);
    assert.deepEqual(list.moved(cuts, 0, 2), [cuts[1], cuts[2], cuts[0]]);
    assert.deepEqual(list.moved(cuts, 2, 0), [cuts[2], cuts[0], cuts[1]]);
  });

  test('an end goes as far as the original does, and leaves a tenth of a second', () => {
    assert.deepEqual(list.trimmed(cut(1000, 2000), 'from', -500, 5000), cut(0, 2000));
    assert.deepEqual(list.trimmed(cut(1000, 2000), 'from', 4000, 5000), cut(1900, 2000));
    assert.deepEqual(list.trimmed(cut(1000, 2000), 'to', 9000, 5000), cut(1000, 5000));
    assert.deepEqual(list.trimmed(cut(1000, 2000, 400), 'to', 0, 5000), cut(1000, 1400, 400));
    assert.deepEqual(list.sent({ cuts: [cut(0, 5000)], look: 'warm' }, 5000), { cuts: [], look: 'warm' });
    assert.equal(list.sent({ cuts: [cut(0, 4000)] }, 5000).cuts.length, 1);
  });

  test('times are written as people read them', () => {
    assert.equal(list.clock(62_340), '1:02.3');
    assert.equal(list.clock(59_990), '1:00.0');
    assert.equal(list.clock(5000, false), '0:05');
  });
});

describe('captions as WebVTT', () => {
  test('they are written without markup, and read back', () => {
    const captions = [
      { from_ms: 0, to_ms: 900, text: 'مرحبا' },
      { from_ms: 61_005, to_ms: 3_600_000, text: '<b>two</b> --> &\nthree' },
    ];
    const text = vtt.write(captions);
    assert.equal(text, 'WEBVTT\n\n00:00:00.000 --> 00:00:00.900\nمرحبا\n\n00:01:01.005 --> 01:00:00.000\n&lt;b&gt;two&lt;/b&gt; --&gt; &amp;\nthree\n');
    assert.deepEqual(vtt.read(text), captions);
  });

  test('those of others are read', () => {
    const text = '\ufeffWEBVTT - made elsewhere\r\n\r\nNOTE a note\r\n\r\n1\r\n00:01.500 --> 00:02.000 align:start line:0\r\n<v Ada>One &amp; <i>only</i></v>\r\nline\r\n\r\n01:00:00,250 --> 01:00:01,5\r\ntwo';
    assert.deepEqual(vtt.read(text), [
      { from_ms: 1500, to_ms: 2000, text: 'One & only\nline' },
      { from_ms: 3_600_250, to_ms: 3_601_500, text: 'two' },
    ]);
    assert.deepEqual(vtt.read('just words\n1 --> 2\nx'), []);
  });
});
