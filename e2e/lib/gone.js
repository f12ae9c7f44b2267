// "As if it had never been": an answer about what is gone equals the answer about what never was, but for the name.
import assert from 'node:assert/strict';

// Headers that differ between any two answers.
const passing = new Set(['date', 'content-length', 'x-request-id', 'keep-alive']);

async function answer(url, options, name) {
  const got = await fetch(url, { redirect: 'manual', ...options });
  const hide = (text) => text.replaceAll(name, '<name>').replaceAll(encodeURIComponent(name), '<name>');
  return {
    status: got.status,
    headers: [...got.headers].filter(([key]) => !passing.has(key)).map(([key, value]) => `${key}: ${hide(value)}`).sort(),
    body: hide(await got.text()).replace(/[A-Za-z0-9_-]{40,}/g, '<random>'),
  };
}

// `address` makes the URL from a name: once with the one that is gone, once with the one that never was.
export async function assertGone(what, address, gone, never, options = {}) {
  assert.notEqual(gone, never);
  const [left, right] = [await answer(address(gone), options, gone), await answer(address(never), options, never)];
  assert.equal(left.status, 404, `${what} answers 404`);
  assert.deepEqual(left, right, `${what} answers as one that never was`);
}

// An id of the same form that nobody was given: its last characters are others.
export function neverGiven(id) {
  const other = (c) => (/\d/.test(c) ? (c === '0' ? '1' : '0') : /[a-z]/.test(c) ? (c === 'a' ? 'b' : 'a') : c);
  return id.slice(0, -6) + [...id.slice(-6)].map(other).join('');
}

// The part of a media address that names the video or the blob: its longest segment.
export function namedBy(path) {
  return path.split(/[/?]/).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
