// The same way without JavaScript: links and forms alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const handle = 'plain.page';
const caption = 'No script at all';
const number = '+491709876543';

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('join, upload, watch, like, link a phone, leave: without JavaScript', { timeout: 300_000 }, async () => {
  const mira = await person(browser, server.url, { javaScriptEnabled: false });
  const jon = await person(browser, server.url, { javaScriptEnabled: false });
  const anyone = new Api(server.url);

  await steps.join(mira.page, handle);
  await steps.upload(mira.page, await clip(), caption);
  const video = await until('the video to be ready', 120_000, async () =>
    (await anyone.videosOf(handle)).find((v) => v.state === 'ready'), 200);
  await mira.page.reload();
  await mira.screenshot('nojs-uploaded');

  await steps.join(jon.page, 'plain.friend');
  await jon.page.goto('/');
  await jon.page.getByText(caption).first().waitFor();
  assert.ok(await jon.page.locator('video[src], video source').count(), 'a video has its address in the page');
  const card = jon.page.getByRole('article', { name: words.videoBy(handle) });
  await steps.follow(jon.page, card.getByRole('button', { name: words.like, exact: true }));
  assert.equal((await anyone.videosOf(handle))[0].like_count, 1);
  await jon.screenshot('nojs-feed');

  await steps.follow(jon.page, card.getByRole('link', { name: 'Send to…' }));
  assert.equal(new URL(jon.page.url()).pathname, `/inbox/send/${video.id}`);
  await jon.page.getByLabel('To').fill(handle);
  await steps.follow(jon.page, jon.page.getByRole('button', { name: 'Send', exact: true }));
  await jon.page.getByRole('list', { name: 'Messages' }).getByText(caption).waitFor();
  await jon.screenshot('nojs-sent');

  await steps.linkPhone(mira.page, server, number);
  assert.ok(await steps.download(mira.page, caption));
  const code = await steps.openLeaving(mira.page, server, number);
  await mira.screenshot('nojs-leave', { fullPage: true });
  await steps.confirmLeaving(mira.page, code);
  await mira.screenshot('nojs-gone');
  await steps.completeReceipt(server, await steps.receiptId(mira.page));

  assert.equal((await fetch(`${server.url}${paths.profile(handle)}`)).status, 404);
  assert.equal((await fetch(new URL(video.renditions[0].url, server.url))).status, 404);
  for (const who of [mira, jon]) who.assertNoProblems();
});
