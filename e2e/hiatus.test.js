// Away, on a phone: one looks around as ever, and whatever one would do to others is refused with a calm sentence.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

// With a script, and on a page of its own.
const refusal = /^You are on hiatus or suspended: you can look around, and not act\.$|^You can look around\. To share, follow, like or write, come back first\.$/;
const banner = 'You are on hiatus: to others you are not here.';
const main = (page) => page.getByRole('main');

let server, browser, near, video;
before(async () => {
  server = await startServer();
  browser = await launch();
  near = await Api.join(server.url, 'near.by');
  video = await near.upload(await clip(), { caption: 'By the harbour #boats' });
  await near.post(`/videos/${video.id}/comments`, { text: 'First from me' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Somebody who has followed, been written to, and then gone away.
async function away(handle) {
  const api = await Api.join(server.url, handle);
  await api.put('/accounts/near.by/follow');
  await near.put(`/accounts/${handle}/follow`);
  const talk = await near.post('/conversations', { to: [handle], text: 'Are you well?' });
  const stranger = await Api.join(server.url, `new.${handle}`);
  await stranger.put('/accounts/near.by/follow');
  await api.send('PATCH', '/me/privacy', { on_hiatus: true });
  return { api, talk, stranger: `new.${handle}` };
}

// What others can tell: nothing of this changes while one is away.
async function traces(api, talk) {
  await api.send('PATCH', '/me/privacy', { on_hiatus: false });
  const { like_count, comment_count } = await near.get(`/videos/${video.id}`);
  const said = (await near.get(`/conversations/${talk.id}/messages`)).items.length;
  const { items } = await api.get(`/accounts/${(await api.get('/me')).handle}/following`);
  const videos = await api.videosOf((await api.get('/me')).handle);
  return { like_count, comment_count, said, follows: items.map((one) => one.handle), videos: videos.length };
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'js' : 'plain';

  test(`on hiatus one looks around, and every act is refused calmly (${how})`, { timeout: 240_000 }, async () => {
    const { api, talk, stranger } = await away(`away.${how}`);
    const who = await person(browser, server.url, { javaScriptEnabled });
    const { page } = who;
    await steps.signIn(await at(page, paths.signIn), `away.${how}`);
    await page.getByText(banner).waitFor();

    const looks = [
      ['/', 'By the harbour'], ['/following', 'By the harbour'], ['/friends', 'By the harbour'],
      [paths.video(video.id), 'By the harbour'], [`${paths.video(video.id)}/comments`, 'First from me'],
      [paths.profile('near.by'), '@near.by'], [`${paths.profile('near.by')}/followers`, stranger], ['/tags/boats', 'By the harbour'],
      ['/people', null], ['/search', null], ['/inbox', 'Are you well?'], [`/inbox/${talk.id}`, 'Are you well?'],
      ['/activity', null], ['/settings/checkup', null], ['/settings/see-as', null], [paths.profile(`away.${how}`), null],
    ];
    for (const [path, text] of looks) {
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200, path);
      await page.getByText(banner).waitFor();
      if (text) assert.ok((await page.content()).includes(text), `${path} shows ${text}`);
    }
    await page.goto('/search');
    await page.getByRole('searchbox').fill('harbour');
    await steps.follow(page, page.getByRole('button', { name: 'Search', exact: true }));
    await main(page).getByRole('link', { name: /By the harbour/ }).waitFor();

    // Watching: no heart to press, nobody to follow from the player.
    await page.goto(paths.video(video.id));
    assert.equal(await page.getByRole('button', { name: words.like, exact: true }).count(), 0);
    await page.goto(`${paths.video(video.id)}/comments`);
    await page.getByText('You are on hiatus or suspended: you can read, and not write.').waitFor();
    assert.equal(await main(page).getByRole('textbox').count(), 0);
    await who.screenshot(`hiatus-comments-${how}`);
    await page.goto(`/inbox/${talk.id}`);
    await page.getByText('You are on hiatus or suspended: you can read, and not write.').waitFor();
    assert.equal(await main(page).getByRole('textbox').count(), 0);
    await who.screenshot(`hiatus-chat-${how}`);
    await page.goto('/upload');
    await main(page).getByText(refusal).waitFor();
    assert.equal(await main(page).getByRole('button', { name: words.publish }).count(), 0);
    await who.screenshot(`hiatus-upload-${how}`);
    if (javaScriptEnabled) assert.deepEqual(await who.axe(), []);

    // Following, writing to somebody new, sending a video on: none of it is offered, and it is said why.
    const quiet = 'You are on hiatus or suspended: you can look around.';
    await page.goto(paths.profile(stranger));
    await main(page).getByText(quiet).waitFor();
    for (const name of [words.follow, 'Message']) {
      assert.equal(await main(page).getByRole('button', { name }).count(), 0, 'nobody is offered');
    }
    await who.screenshot(`hiatus-follow-${how}`);
    await page.goto(`/inbox/send/${video.id}`);
    await main(page).getByText(quiet).waitFor();
    assert.equal(await main(page).getByRole('textbox').count(), 0);
    await who.screenshot(`hiatus-send-${how}`);
    who.assertNoProblems();
    await who.close();
    assert.deepEqual(await traces(api, talk), { like_count: 0, comment_count: 1, said: 1, follows: ['near.by'], videos: 0 });
  });
}

test('a page that was open before one went away says so when it is used', { timeout: 120_000 }, async () => {
  const { api, talk, stranger } = await away('stale');
  await api.send('PATCH', '/me/privacy', { on_hiatus: false });
  const who = await person(browser, server.url);
  const { page } = who;
  await steps.signIn(await at(page, paths.signIn), 'stale');
  const stale = async (path, act) => {
    await api.send('PATCH', '/me/privacy', { on_hiatus: false });
    await page.goto(path);
    await page.waitForLoadState();
    await api.send('PATCH', '/me/privacy', { on_hiatus: true });
    await who.expecting(/403/, async () => {
      await act();
      await page.getByText(/^(You are on hiatus or suspended|Your account is away): you can (look around, and not act|read, and not write)\.$/).first().waitFor();
    });
    await who.screenshot(`hiatus-stale${path.replaceAll(/[/@.]/g, '-').slice(0, 10)}`);
  };
  // An open page is cut off then; the browser comes again by itself, and is refused.
  await who.expecting(/\/api\/v1\/events/, async () => {
    await stale(paths.video(video.id), async () => {
      const heart = page.getByRole('button', { name: words.like, exact: true });
      await heart.tap();
      await page.waitForFunction(() => document.querySelector('.act.like').getAttribute('aria-pressed') === 'false');
    });
    await stale(paths.profile(stranger), () => main(page).getByRole('button', { name: words.follow }).tap());
    await stale(`${paths.video(video.id)}/comments`, async () => {
      await main(page).getByRole('textbox').fill('Just this once');
      await main(page).getByRole('button', { name: 'Send' }).tap();
    });
    await stale(`/inbox/${talk.id}`, async () => {
      await main(page).getByRole('textbox', { name: 'Message' }).fill('Just this once');
      await main(page).getByRole('button', { name: 'Send' }).tap();
    });
    await stale('/upload', async () => {
      // What is chosen goes up at once, and is refused at once.
      await page.locator('input[type=file]').setInputFiles(await clip());
    });
  });
  who.assertNoProblems();
  await who.close();
  assert.deepEqual(await traces(api, talk), { like_count: 0, comment_count: 1, said: 1, follows: ['near.by'], videos: 0 });
});

async function at(page, path) {
  await page.goto(path);
  return page;
}
