// Publishing, on a phone: who may download, who is old enough, what is pinned, playlists; with scripts and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer } from './lib/server.js';
import * as steps from './lib/steps.js';

let server, browser, maker;
const videos = [];
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
const main = (page) => page.getByRole('main');

before(async () => {
  server = await startServer();
  browser = await launch();
  maker = await Api.join(server.url, 'maker.plays');
  for (const [at, caption] of ['Harbour at six', 'Tape hiss', 'One take'].entries()) {
    videos.push(await maker.upload(await clip({ hue: 40 + 100 * at }), { caption }));
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? '' : '-plain';
  test(`an owner makes a playlist, pins a video and closes it to downloads${how}`, { timeout: 240_000 }, async () => {
    const who = await signedIn(maker, { colorScheme: javaScriptEnabled ? 'dark' : 'light', javaScriptEnabled });
    const { page } = who;
    const title = `Morning songs${how}`;
    await page.goto(`/v/${videos[0].id}`);
    await noBarriers(who, `publishing-owner${how}`);
    await steps.follow(page, page.getByRole('link', { name: 'Add to playlist' }).last());
    await page.getByLabel('New playlist').fill(title);
    await steps.follow(page, page.getByRole('button', { name: 'Make it, with this video in it' }));
    await page.getByRole('button', { name: `Added ${title}` }).waitFor();
    await noBarriers(who, `publishing-choose${how}`);
    await page.goto(`/videos/${videos[1].id}/playlists`);
    await steps.follow(page, page.getByRole('button', { name: `Add ${title}`, exact: true }));
    await page.goto('/@maker.plays');
    await main(page).getByRole('heading', { name: 'Playlists' }).waitFor();
    await noBarriers(who, `publishing-profile${how}`);
    await steps.follow(page, main(page).getByRole('link', { name: title }).first());
    await noBarriers(who, `publishing-playlist${how}`);
    await steps.follow(page, page.getByRole('link', { name: 'Play all' }));
    await steps.follow(page, page.getByRole('link', { name: 'Next video' }));
    assert.match(page.url(), new RegExp(`/v/${videos[1].id}\\?list=`));
    await noBarriers(who, `publishing-in-list${how}`);
    // Pinned it stands first, though it is the oldest.
    await page.goto(`/v/${videos[0].id}`);
    await steps.follow(page, page.getByRole('button', { name: 'Pin', exact: true }));
    await page.goto('/@maker.plays');
    assert.match(await page.locator('.grid a.tile').first().getAttribute('href'), new RegExp(videos[0].id));
    await noBarriers(who, `publishing-pinned${how}`);
    await page.goto(`/v/${videos[0].id}`);
    await steps.follow(page, page.getByRole('button', { name: 'Unpin', exact: true }));
    // Closed to downloads, then open again.
    for (const [choice, status] of [['No one else', 404], ['Everyone, while everyone can see the video', 200]]) {
      await page.locator('details.audience > summary').click();
      await page.getByLabel('Who can download it').selectOption({ label: choice });
      if (status === 404) await noBarriers(who, `publishing-choices${how}`);
      await steps.follow(page, page.getByRole('button', { name: 'Save' }));
      assert.equal((await fetch(`${server.url}/media/${videos[0].id}/download.mp4`)).status, status);
    }
    await who.context.close();
  });
}

test('a stranger downloads from the menu, where they may', { timeout: 120_000 }, async () => {
  const who = await signedIn(null);
  const { page } = who;
  await page.goto(`/v/${videos[2].id}`);
  await page.getByRole('button', { name: 'More' }).click();
  const link = page.getByRole('link', { name: 'Download' });
  await link.waitFor();
  assert.equal(await link.getAttribute('href'), `/media/${videos[2].id}/download.mp4`);
  await noBarriers(who, 'publishing-menu');
  await maker.patch(`/videos/${videos[2].id}`, { downloads: false });
  await page.goto(`/v/${videos[2].id}`);
  await page.getByRole('button', { name: 'More' }).click();
  assert.equal(await page.getByRole('link', { name: 'Download' }).count(), 0);
  await maker.patch(`/videos/${videos[2].id}`, { downloads: true });
  await who.context.close();
});

test('what is for adults is not there for a stranger', { timeout: 120_000 }, async () => {
  await maker.patch(`/videos/${videos[1].id}`, { age_restricted: true });
  const who = await signedIn(null, { locale: 'ar' });
  await who.page.goto('/@maker.plays');
  await noBarriers(who, 'publishing-stranger-ar');
  assert.equal((await fetch(`${server.url}/v/${videos[1].id}`)).status, 404);
  assert.equal(await who.page.locator(`a[href="/v/${videos[1].id}"]`).count(), 0);
  await who.context.close();
});
