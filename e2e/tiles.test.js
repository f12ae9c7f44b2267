// Covers that move: under the pointer and the focus at a desk, the one in view on a phone, none where motion is not wanted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
  const api = await Api.join(server.url, 'ada.moves');
  for (const hue of [0, 120]) await api.upload(await clip({ seconds: 5, size: '360x640', hue }), { caption: `Hue ${hue}` });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const desk = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };
// Found and looked at in one go: one that comes to rest is gone between the two.
const moving = (page) => page.evaluate(() => [...document.querySelectorAll('.tile video')].map((video) => ({
  tile: [...document.querySelectorAll('.tile')].indexOf(video.closest('.tile')),
  plays: !video.paused && video.currentTime > 0, muted: video.muted, src: video.src === video.closest('.tile').dataset.preview
    || video.currentSrc.endsWith(video.closest('.tile').dataset.preview),
})));

test('at a desk', { timeout: 120_000 }, async () => {
  const who = await person(browser, server.url, desk);
  const { page } = who;
  await page.goto('/@ada.moves');
  const tiles = page.locator('.tile');
  assert.equal(await tiles.count(), 2);
  await page.waitForTimeout(1_500);
  assert.deepEqual(await moving(page), [], 'nothing moves by itself');
  for (const nth of [0, 1]) {
    await tiles.nth(nth).hover();
    await until('it to move', 10_000, async () => (await moving(page)).some(({ plays }) => plays));
    assert.deepEqual(await moving(page), [{ tile: nth, plays: true, muted: true, src: true }], 'one at a time');
  }
  await who.screenshot('tiles-desk');
  assert.deepEqual(await who.axe(), []);
  await page.mouse.move(5, 5);
  await until('it to rest', 3_000, async () => !(await moving(page)).length);
  await tiles.first().focus();
  await page.keyboard.press('Tab');
  await until('the focused one to move', 10_000, async () => (await moving(page))[0]?.plays && (await moving(page))[0].tile === 1);
  who.assertNoProblems();
  await who.close();
});

test('on a phone', { timeout: 60_000 }, async () => {
  const who = await person(browser, server.url);
  const { page } = who;
  await page.goto('/@ada.moves');
  await until('one to move by itself', 10_000, async () => (await moving(page)).some(({ plays }) => plays));
  assert.equal((await moving(page)).length, 1);
  await who.screenshot('tiles-phone');
  await until('it to end', 15_000, async () => !(await moving(page)).length);
  await page.waitForTimeout(1_500);
  assert.deepEqual(await moving(page), [], 'it does not begin again by itself');
  who.assertNoProblems();
  await who.close();
});

for (const [why, options, script] of [
  ['less motion is wanted', { ...desk, reducedMotion: 'reduce' }],
  ['data is saved', desk, () => Object.defineProperty(navigator.connection, 'saveData', { value: true })],
]) {
  test(`never where ${why}`, { timeout: 60_000 }, async () => {
    const who = await person(browser, server.url, options);
    if (script) await who.context.addInitScript(script);
    await who.page.goto('/@ada.moves');
    await who.page.locator('.tile').first().hover();
    await who.page.waitForTimeout(1_200);
    assert.deepEqual(await moving(who.page), []);
    who.assertNoProblems();
    await who.close();
  });
}
