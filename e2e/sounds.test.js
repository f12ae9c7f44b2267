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

test('from the library to a stretch of a sound and how loud the two are', { timeout: 240_000 }, async () => {
  const api = await Api.join(server.url, 'mixes.it');
  const who = await signedIn(api, { colorScheme: 'dark' });
  const { page } = who;
  const { sound } = await maker.get(`/videos/${song.id}`);
  await page.goto('/upload');
  await steps.follow(page, main(page).getByRole('link', { name: 'Add a sound' }));
  await steps.follow(page, main(page).getByRole('link', { name: 'New', exact: true }));
  await main(page).getByText('Two chords and the truth').first().waitFor();
  const play = main(page).getByRole('button', { name: /Two chords and the truth/ });
  await play.click();
  assert.equal(await play.getAttribute('aria-pressed'), 'true');
  await noBarriers(who, 'sounds-library');
  await play.click();
  assert.equal(await play.getAttribute('aria-pressed'), 'false');

  // Words that are looked for stand in no address.
  await main(page).getByRole('searchbox').fill('chords');
  await steps.follow(page, main(page).getByRole('button', { name: 'Search' }));
  await main(page).getByText('Two chords and the truth').first().waitFor();
  assert.equal(new URL(page.url()).search, '');
  await noBarriers(who, 'sounds-library-found');

  await page.goto(`/sounds/${sound.id}`);
  await main(page).getByRole('slider', { name: 'Place in the sound' }).waitFor();
  await noBarriers(who, 'sounds-waveform');
  await steps.follow(page, main(page).getByRole('link', { name: 'Use this sound' }));
  const from = main(page).getByRole('slider', { name: 'Where the music begins' });
  await from.focus();
  for (let press = 0; press < 8; press += 1) await page.keyboard.press('ArrowRight');
  assert.equal(await from.inputValue(), '800');
  await main(page).getByRole('slider', { name: 'Your sound' }).fill('60');
  await main(page).getByRole('slider', { name: 'Music', exact: true }).fill('85');
  await noBarriers(who, 'sounds-mixer');
  const listen = main(page).getByRole('button', { name: 'Listen' });
  await listen.click();
  await until('the music to be heard', 20_000, () =>
    page.locator('[data-music]').evaluate((music) => !music.paused && music.currentTime >= 0.8 && Math.abs(music.volume - 0.85) < 0.01));
  await listen.click();
  await page.getByLabel(words.file).and(page.locator('input')).setInputFiles(await clip({ hue: 300, seconds: 2 }));
  const draft = await until('the draft', 60_000, async () => (await api.get('/me/drafts')).items[0]);
  assert.deepEqual(draft.mix, { sound: sound.id, way: 'sound', from_ms: 800, sound_level: 85, own_level: 60 });
  await until('it to be ready', 60_000, async () => (await api.get(`/videos/${draft.id}`)).state === 'ready');

  // On the page of the draft the same can be changed; it is made anew.
  await page.goto(`/upload/${draft.id}`);
  await main(page).getByRole('slider', { name: 'Your sound' }).fill('0');
  await until('it to be kept', 20_000, async () => (await api.get(`/videos/${draft.id}`)).mix.own_level === 0);
  await until('it to be ready again', 60_000, async () => (await api.get(`/videos/${draft.id}`)).state === 'ready');
  await noBarriers(who, 'sounds-mixer-draft');
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
