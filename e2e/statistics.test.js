// The studio, on a phone: numbers that come from watching, passing on and liking; what is told of ten alone; both themes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';

let server, browser, maker, video;
const main = (page) => page.getByRole('main');
const signedIn = async (api, options = {}) => {
  const who = await person(browser, server.url, options);
  await who.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
  return who;
};
const noBarriers = async (who, name) => {
  await who.screenshot(name, { fullPage: true });
  assert.deepEqual(await who.axe(), [], name);
};
const numbers = () => maker.get(`/videos/${video.id}/statistics?days=7`);

before(async () => {
  server = await startServer({ env: { OUTRO_RATE_LIMITS: 'off' } });
  browser = await launch();
  maker = await Api.join(server.url, 'maker.counts');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a studio without videos says what comes', { timeout: 60_000 }, async () => {
  const who = await signedIn(maker);
  await who.page.goto('/@maker.counts');
  await steps.follow(who.page, main(who.page).getByRole('link', { name: 'Studio' }));
  await main(who.page).getByRole('heading', { name: 'Nothing in these days' }).waitFor();
  await noBarriers(who, 'statistics-empty');
  who.assertNoProblems();
});

test('what a player plays and passes on is counted', { timeout: 120_000 }, async () => {
  video = await maker.upload(await clip({ hue: 90 }), { caption: 'Counted once' });
  const viewer = await signedIn(await Api.join(server.url, 'views.once'));
  const { page } = viewer;
  await viewer.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/@maker.counts');
  await steps.follow(page, main(page).getByRole('link', { name: /Counted once/ }));
  await until('the video to play', 20_000, () =>
    page.locator('video').first().evaluate((one) => one.currentTime > 1.2));
  await page.getByRole('article').getByRole('link', { name: 'Share' }).click();
  await until('the share to be counted', 10_000, async () => (await numbers()).total.shares === 1);
  await page.goto('/');
  await until('the view to be counted', 10_000, async () => (await numbers()).total.views === 1);
  assert.deepEqual((await numbers()).came_from, [], 'one viewer is told of as a number alone');
  viewer.assertNoProblems();
});

test('ten viewers make a curve, in both themes and directions', { timeout: 300_000 }, async () => {
  for (let number = 0; number < 9; number += 1) {
    const api = await Api.join(server.url, `viewer${number}`);
    const said = { watched_ms: 1000 + number * 200, completed: number > 5, from: number % 3 ? 'for_you' : 'link' };
    await api.post(`/videos/${video.id}/watches`, said, 204);
    if (number % 2) await api.put(`/videos/${video.id}/like`);
  }
  const found = await numbers();
  assert.equal(found.total.watchings, 10);
  assert.equal(found.retention.length, 21);
  const place = (wanted) => found.came_from.find(({ from }) => from === wanted)?.count;
  assert.deepEqual([place('profile'), place('link'), place('for_you')], [1, 3, 6]);
  for (const [name, options] of [
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['arabic', { locale: 'ar' }],
    ['desk', { viewport: { width: 1280, height: 800 }, isMobile: false, hasTouch: false }],
    ['plain', { javaScriptEnabled: false }],
  ]) {
    const who = await signedIn(maker, options);
    const { page } = who;
    await page.goto('/studio');
    const all = page.locator('figure svg[role="img"]');
    assert.equal(await all.count(), 1);
    assert.ok((await all.first().boundingBox()).height > 100, 'a chart that is seen');
    if (who.javaScript) await noBarriers(who, `statistics-all-${name}`);
    await steps.follow(page, main(page).getByRole('link', { name: /Counted once/ }));
    assert.equal(await all.count(), 3);
    await page.locator('details.numbers').last().locator('summary').click();
    assert.equal(await page.locator('details.numbers').last().locator('tbody tr').count(), 28);
    if (who.javaScript) await noBarriers(who, `statistics-one-${name}`);
    const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth).catch(() => true);
    assert.ok(fits, `${name}: nothing stands out to the side`);
    who.assertNoProblems();
    await who.context.close();
  }
});

test('the page of a video leads to its numbers, and nobody else gets there', { timeout: 60_000 }, async () => {
  const owner = await signedIn(maker);
  await owner.page.goto(`/v/${video.id}`);
  await steps.follow(owner.page, owner.page.getByRole('link', { name: 'Numbers' }));
  await main(owner.page).getByRole('heading', { name: 'How far people watch' }).waitFor();
  owner.assertNoProblems();
  const other = await signedIn(await Api.join(server.url, 'looks.around'));
  await other.expecting(/404/, async () => {
    assert.equal((await other.page.goto(`/studio/videos/${video.id}`)).status(), 404);
  });
});
