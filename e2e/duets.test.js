// Duets and stitches, on a phone: from the menu of a video to one's own, and what is seen when the other takes it back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { words } from './lib/words.js';

let server, browser, maker, dance;
const main = (page) => page.getByRole('main');
const signedIn = async (api, options = {}) => {
  const who = await person(browser, server.url, options);
  if (api) await who.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
  return who;
};
const noBarriers = async (who, name) => {
  await who.screenshot(name);
  // It needs scripts.
  if (who.javaScript) assert.deepEqual(await who.axe(), [], name);
};
const bytes = async (id) => Buffer.from(await (await fetch(`${server.url}/media/${id}/video.mp4`)).arrayBuffer());
const share = async (page, hue, caption) => {
  await page.getByLabel(words.file).and(page.locator('input')).setInputFiles(await clip({ hue, seconds: 3 }));
  await page.getByLabel(words.caption).and(page.locator('textarea')).fill(caption);
  await steps.follow(page, page.getByRole('button', { name: words.publish, exact: true }));
  return new URL(page.url()).pathname.split('/').pop();
};

before(async () => {
  server = await startServer();
  browser = await launch();
  maker = await Api.join(server.url, 'maker.moves');
  dance = await maker.upload(await clip({ hue: 40, seconds: 6 }), { caption: 'Step, step, turn' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [way, name, javaScriptEnabled] of [['duet', 'Duet', true], ['stitch', 'Stitch', false]]) {
  test(`a ${way} is made from the video and named on it`, { timeout: 240_000 }, async () => {
    const api = await Api.join(server.url, `makes.${way}`);
    const who = await signedIn(api, { colorScheme: 'dark', javaScriptEnabled });
    const { page } = who;
    const named = new RegExp(`${name} with .?@maker\\.moves`);
    await page.goto(`/v/${dance.id}`);
    await page.getByRole('article').waitFor();
    if (javaScriptEnabled) {
      // Until the scripts are there, nothing opens.
      await page.waitForFunction(() => !document.querySelector('article video').controls);
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('link', { name, exact: true }).waitFor();
    }
    await noBarriers(who, `duets-${way}-menu`);
    await steps.follow(page, page.getByRole('link', { name, exact: true }));
    await main(page).getByText(named).waitFor();
    await noBarriers(who, `duets-${way}-chosen`);
    const id = await share(page, 200, `My ${way}`);
    await api.ready(id);
    await page.goto(`/v/${id}`);
    const credit = page.getByRole('article').getByRole('link', { name: named });
    await credit.waitFor();
    if (javaScriptEnabled) {
      await until('the video to play', 20_000, () =>
        page.locator('video').first().evaluate((video) => video.currentTime > 0.5));
    }
    await noBarriers(who, `duets-${way}-made`);
    const both = await bytes(id);

    // Its owner takes it back: at the next request it is one's own alone.
    await maker.send('PATCH', `/videos/${dance.id}`, { [way === 'duet' ? 'duets' : 'stitches']: false });
    assert.notDeepEqual(await bytes(id), both);
    await page.reload();
    await page.getByRole('article').waitFor();
    assert.equal(await credit.count(), 0);
    const closed = await page.request.get(`${server.url}/upload?${way}=${dance.id}`);
    assert.equal(closed.status(), 404);
    await maker.send('PATCH', `/videos/${dance.id}`, { duets: true, stitches: true });
    assert.deepEqual(await bytes(id), both);
    who.assertNoProblems();
    await who.close();
  });
}

test('an owner says who may, at the video', { timeout: 120_000 }, async () => {
  const who = await signedIn(maker, { locale: 'ar' });
  const { page } = who;
  await page.goto(`/v/${dance.id}`);
  await page.locator('details.audience > summary').click();
  await noBarriers(who, 'duets-switches-ar');
  await page.locator('select[name=duets]').selectOption('false');
  await steps.follow(page, page.locator('details.audience button'));
  const { duets, stitches } = await maker.get(`/videos/${dance.id}`);
  assert.deepEqual([duets, stitches], [false, true]);
  await maker.send('PATCH', `/videos/${dance.id}`, { duets: true });
  who.assertNoProblems();
  await who.close();
});
