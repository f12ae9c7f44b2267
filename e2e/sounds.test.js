// Sounds, on a phone: from a video to its sound, using it, and what is heard when it is gone; with scripts and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { words } from './lib/words.js';

let server, browser, maker, song;
const main = (page) => page.getByRole('main');
const signedIn = async (api, options = {}) => {
  const who = await person(browser, server.url, options);
  await who.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
  return who;
};
const noBarriers = async (who, name) => {
  await who.screenshot(name);
  assert.deepEqual(await who.axe(), [], name);
};
// Handles keep their own direction within a sentence, by marks that are not seen.
const soundOf = /Sound of .?@maker\.sings/;
const bytes = async (id) => Buffer.from(await (await fetch(`${server.url}/media/${id}/video.mp4`)).arrayBuffer());

// The form of a new video, sent with a file.
const share = async (page, hue, caption) => {
  await page.getByLabel(words.file).and(page.locator('input')).setInputFiles(await clip({ hue, seconds: 3 }));
  await page.getByLabel(words.caption).and(page.locator('textarea')).fill(caption);
  await steps.follow(page, page.getByRole('button', { name: words.publish, exact: true }));
  const id = new URL(page.url()).pathname.split('/').pop();
  return id;
};

before(async () => {
  server = await startServer();
  browser = await launch();
  maker = await Api.join(server.url, 'maker.sings');
  song = await maker.upload(await clip({ hue: 40 }), { caption: 'Two chords and the truth' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a sound leads to its page, and is used from there', { timeout: 240_000 }, async () => {
  const api = await Api.join(server.url, 'uses.it');
  const who = await signedIn(api, { colorScheme: 'dark' });
  const { page } = who;
  await page.goto(`/v/${song.id}`);
  await page.getByRole('article').waitFor();
  await noBarriers(who, 'sounds-original');
  await steps.follow(page, page.getByRole('article').getByRole('link', { name: 'Original sound' }));
  await page.getByRole('heading', { name: soundOf }).waitFor();
  await main(page).getByText('No videos use it yet').waitFor();
  await noBarriers(who, 'sounds-unused');
  await steps.follow(page, main(page).getByRole('link', { name: 'Use this sound' }));
  await main(page).getByText(soundOf).waitFor();
  await noBarriers(who, 'sounds-chosen');
  const id = await share(page, 200, 'My own dance to it');
  await api.ready(id);
  await page.goto(`/v/${id}`);
  await page.getByRole('article').getByRole('link', { name: soundOf }).waitFor();
  await noBarriers(who, 'sounds-borrowed');
  await until('the video to play', 20_000, () =>
    page.locator('video').first().evaluate((video) => video.currentTime > 0));
  const mixed = await bytes(id);
  await steps.follow(page, page.getByRole('article').getByRole('link', { name: soundOf }));
  await main(page).getByText('Used in 1 video').waitFor();
  await main(page).getByRole('link', { name: /My own dance to it/ }).waitFor();
  await noBarriers(who, 'sounds-page');

  // Its owner says no: at the next request the video plays its own sound.
  await maker.send('PATCH', `/videos/${song.id}`, { sound_reuse: false });
  assert.notDeepEqual(await bytes(id), mixed);
  await page.reload();
  await main(page).getByText('This sound cannot be used by others.').waitFor();
  await noBarriers(who, 'sounds-closed');
  await maker.send('PATCH', `/videos/${song.id}`, { sound_reuse: true });
  assert.deepEqual(await bytes(id), mixed);
  who.assertNoProblems();
  await who.close();
});

test('who is not signed in is led to sign in and back', { timeout: 120_000 }, async () => {
  const who = await person(browser, server.url, { locale: 'ar' });
  const { page } = who;
  const { sound } = await maker.get(`/videos/${song.id}`);
  await page.goto(`/sounds/${sound.id}`);
  await noBarriers(who, 'sounds-rtl');
  await steps.follow(page, page.locator('.tune-use a'));
  assert.equal(new URL(page.url()).searchParams.get('next'), `/upload?sound=${sound.id}`);
  who.assertNoProblems();
  await who.close();
});

test('without scripts, and what is heard when the sound is gone', { timeout: 240_000 }, async () => {
  const api = await Api.join(server.url, 'plain.user');
  const who = await signedIn(api, { javaScriptEnabled: false });
  const { page } = who;
  const { sound } = await maker.get(`/videos/${song.id}`);
  await page.goto(`/sounds/${sound.id}`);
  await steps.follow(page, main(page).getByRole('link', { name: 'Use this sound' }));
  const id = await share(page, 120, 'Plain and simple');
  const { sound: heard } = await api.ready(id);
  assert.deepEqual([heard.id, heard.handle, heard.original], [sound.id, 'maker.sings', false]);
  const mixed = await bytes(id);
  await maker.send('DELETE', `/videos/${song.id}`);
  assert.notDeepEqual(await bytes(id), mixed);
  await until('the loss to be told', 20_000, async () =>
    (await api.get('/me/notifications')).items.some(({ kind }) => kind === 'sound_gone'));
  await page.goto('/activity');
  await main(page).getByText('A sound that you used is gone').waitFor();
  await who.screenshot('sounds-gone');
  await steps.follow(page, main(page).getByRole('link', { name: /A sound that you used is gone/ }));
  await page.getByRole('article').getByRole('link', { name: 'Original sound' }).waitFor();
  await who.expecting(/404/, async () => {
    const gone = await page.goto(`/sounds/${sound.id}`);
    assert.equal(gone.status(), 404);
  });
  await who.close();
});
