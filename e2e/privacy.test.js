// Privacy on a phone: the private account, who finds and reaches one, hiatus, audiences of many videos, see as and the
// check-up; each also without JavaScript where it is a form.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const { follow } = steps;
const main = (page) => page.getByRole('main');
const open = (page, name) => follow(page, main(page).getByRole('link', { name }).first());
const press = (page, name) => follow(page, main(page).getByRole('button', { name, exact: true }));

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function openPrivacy(page) {
  await steps.openSettings(page);
  await open(page, /^Privacy Your account is/);
  await page.getByRole('heading', { name: 'Privacy', exact: true }).waitFor();
}

// Signs a browser in as somebody whom the interface has made.
async function signedIn(handle, options) {
  const api = await Api.join(server.url, handle, steps.password);
  const who = await person(browser, server.url, options);
  await steps.signIn(who.page, handle);
  return { api, who, page: who.page };
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  const name = (word) => `${word}.${javaScriptEnabled ? 'js' : 'plain'}`;

  test(`going private and public shows first what changes, ${how}`, { timeout: 120_000 }, async () => {
    const { api, who, page } = await signedIn(name('pri'), { javaScriptEnabled });
    const video = await api.upload(await clip(), { caption: 'From before' });
    const cover = () => fetch(new URL(video.cover_url, server.url)).then((answer) => answer.status);
    await openPrivacy(page);
    await who.screenshot(`privacy-${javaScriptEnabled ? 'js' : 'plain'}`, { fullPage: true });
    await open(page, /^Private account/);
    await page.getByRole('heading', { name: 'Make your account private?' }).waitFor();
    await main(page).getByText('Only your followers').first().waitFor();
    assert.equal(await cover(), 200, 'looking changes nothing');
    await who.screenshot(`privacy-step-private-${javaScriptEnabled ? 'js' : 'plain'}`, { fullPage: true });
    await open(page, 'Leave it as it is');
    assert.equal((await api.get('/me/privacy')).private_account, false);
    await open(page, /^Private account/);
    await press(page, 'Make it private');
    await page.getByText('Your account is private now.').waitFor();
    assert.equal(await cover(), 404);
    await open(page, /^Private account/);
    await press(page, 'Make it public');
    await page.getByText('Your account is public now.').waitFor();
    assert.equal(await cover(), 200);
    who.assertNoProblems();
    await who.close();
  });

  test(`who finds and reaches one is set by switches and choices, ${how}`, { timeout: 120_000 }, async () => {
    const { api, who, page } = await signedIn(name('set'), { javaScriptEnabled });
    await openPrivacy(page);
    for (const [label, field] of [['Allow others to find me', 'discoverable'], ['Found by search', 'searchable']]) {
      const button = page.getByRole('switch', { name: label });
      for (const on of [false, true, false]) {
        await follow(page, button);
        assert.equal((await api.get('/me/privacy'))[field], on);
        assert.equal(await button.getAttribute('aria-checked'), String(on));
      }
    }
    for (const [label, choice, field, value] of [['Messages', 'Friends', 'messages_from', 'friends'], ['Comments', 'No one', 'comments_from', 'no_one']]) {
      const group = main(page).locator('details', { hasText: `Who can ${label === 'Messages' ? 'send you messages' : 'comment'}` });
      await group.locator('summary').click();
      const would = group.locator('.would:visible');
      assert.equal(await would.count(), 0, 'as it is nothing would change');
      await group.getByRole('radio', { name: choice }).check();
      assert.match(await would.innerText(), label === 'Messages' ? /^Who can write to you\?/ : /^Who can comment/);
      if (label === 'Messages') await who.screenshot(`privacy-messages-${javaScriptEnabled ? 'js' : 'plain'}`);
      await follow(page, group.getByRole('button', { name: `Save: ${label}` }));
      assert.equal((await api.get('/me/privacy'))[field], value);
    }
    who.assertNoProblems();
    await who.close();
  });

  test(`who asks to follow is answered where one is led to, and on their profile, ${how}`, { timeout: 120_000 }, async () => {
    const handle = name('ask');
    const { api, who, page } = await signedIn(handle, { javaScriptEnabled });
    await api.send('PATCH', '/me/privacy', { private_account: true });
    const [ann, ben] = [await Api.join(server.url, name('ann')), await Api.join(server.url, name('ben'))];
    for (const fan of [ann, ben]) await fan.send('PUT', `/accounts/${handle}/follow`);
    await page.goto('/activity');
    await follow(page, main(page).getByRole('link', { name: new RegExp(name('ann')) }).first());
    assert.equal(new URL(page.url()).pathname, '/requests');
    await page.goto(paths.profile(name('ann')));
    await page.getByText('They have asked to follow you.').waitFor();
    await who.screenshot(`profile-asks-${javaScriptEnabled ? 'js' : 'plain'}`);
    await press(page, `Accept @${name('ann')}`);
    assert.equal(new URL(page.url()).pathname, paths.profile(name('ann')));
    assert.equal((await ann.get(`/accounts/${handle}`)).follow, 'following');
    await page.goto(paths.profile(name('ben')));
    await press(page, `Decline @${name('ben')}`);
    assert.equal(await page.getByText('They have asked to follow you.').count(), 0);
    assert.equal((await ben.get(`/accounts/${handle}`)).follow, 'none');
    who.assertNoProblems();
    await who.close();
  });

  test(`hiatus: gone for others, said on every page, and back, ${how}`, { timeout: 120_000 }, async () => {
    const handle = name('away');
    const { api, who, page } = await signedIn(handle, { javaScriptEnabled });
    await api.upload(await clip(), { caption: 'Still mine' });
    const neighbour = await Api.join(server.url, name('near'));
    const theirs = await neighbour.upload(await clip({ hue: 90 }), { caption: 'Of a neighbour' });
    await openPrivacy(page);
    await open(page, /^Hiatus/);
    await who.screenshot(`privacy-step-hiatus-${javaScriptEnabled ? 'js' : 'plain'}`, { fullPage: true });
    await press(page, 'Go on hiatus');
    await page.getByText('You are on hiatus now.').waitFor();
    assert.equal((await fetch(`${server.url}${paths.profile(handle)}`)).status, 404);
    for (const path of ['/', paths.video(theirs.id), '/settings', paths.profile(handle)]) {
      await page.goto(path);
      await page.getByText('You are on hiatus: to others you are not here.').waitFor();
      await who.screenshot(`hiatus${path === '/' ? '-feed' : path.replaceAll(/[/@.]/g, '-').slice(0, 12)}-${javaScriptEnabled ? 'js' : 'plain'}`);
    }
    await page.goto(paths.video(theirs.id));
    assert.equal(await page.getByRole('button', { name: 'Like', exact: true }).count(), 0, 'no heart to press');
    for (const path of ['/upload', paths.profile(name('near')), '/inbox/new']) {
      await page.goto(path);
      const quiet = path === '/upload' ? 'You can look around. To share,' : 'You are on hiatus or suspended: you can look around.';
      await page.getByText(quiet).waitFor();
      await who.screenshot(`quiet${path.replaceAll(/[/@.]/g, '-').slice(0, 12)}-${javaScriptEnabled ? 'js' : 'plain'}`);
    }
    await page.goto(paths.video(theirs.id));
    await follow(page, page.getByRole('link', { name: 'Come back' }));
    await press(page, 'Come back');
    await page.getByText('Welcome back. Everything is as it was.').waitFor();
    assert.equal((await fetch(`${server.url}${paths.profile(handle)}`)).status, 200);
    assert.equal((await new Api(server.url).videosOf(handle)).length, 1);
    who.assertNoProblems();
    await who.close();
  });

  test(`many videos get another audience at once, ${how}`, { timeout: 180_000 }, async () => {
    const handle = name('many');
    const { api, who, page } = await signedIn(handle, { javaScriptEnabled });
    for (const [hue, caption] of [[0, 'First'], [60, 'Second'], [120, 'Third']]) {
      await api.upload(await clip({ hue, seconds: 1 }), { caption });
    }
    const anyone = new Api(server.url);
    await openPrivacy(page);
    await open(page, /^Audiences of your videos/);
    for (const caption of ['First', 'Third']) await page.getByRole('checkbox', { name: caption }).check();
    await who.screenshot(`audiences-${javaScriptEnabled ? 'js' : 'plain'}`, { fullPage: true });
    await press(page, 'Change the chosen ones');
    assert.deepEqual((await anyone.videosOf(handle)).map((video) => video.caption), ['Second']);
    const all = main(page).locator('details', { hasText: 'All your videos at once' });
    await all.locator('summary').click();
    await all.getByRole('radio', { name: /^Everyone/ }).check();
    await follow(page, all.getByRole('button', { name: 'Change all 3 videos' }));
    assert.equal((await anyone.videosOf(handle)).length, 3);
    await who.expecting(/422/, async () => {
      await press(page, 'Change the chosen ones');
      await page.getByText('Choose at least one video.').waitFor();
    });
    // One video by its own page: audience and comments.
    const [{ id }] = await api.videosOf(handle);
    await page.goto(paths.video(id));
    await page.locator('details.audience summary').click();
    await page.getByRole('radio', { name: /^Followers/ }).check();
    await page.getByLabel('Who can comment').selectOption('friends');
    await who.screenshot(`video-audience-${javaScriptEnabled ? 'js' : 'plain'}`);
    await follow(page, page.getByRole('button', { name: 'Save', exact: true }));
    const changed = await api.get(`/videos/${id}`);
    assert.deepEqual([changed.audience, changed.comments_from], ['followers', 'friends']);
    who.assertNoProblems();
    await who.close();
  });

  test(`audience and comments are chosen with the upload, ${how}`, { timeout: 120_000 }, async () => {
    const handle = name('picks');
    const { api, who, page } = await signedIn(handle, { javaScriptEnabled });
    await steps.openUpload(page);
    await page.getByLabel('Choose a video').and(page.locator('input')).setInputFiles(await clip());
    await page.getByLabel('Caption').and(page.locator('textarea')).fill('For a few');
    await page.getByRole('radio', { name: /^Friends/ }).check();
    await page.getByLabel('Who can comment').selectOption('no_one');
    await who.screenshot(`upload-choices-${javaScriptEnabled ? 'js' : 'plain'}`, { fullPage: true });
    await press(page, words.publish);
    const id = new URL(page.url()).pathname.split('/').at(-1);
    const video = await api.ready(id);
    assert.deepEqual([video.audience, video.comments_from], ['friends', 'no_one']);
    // A friend watches and cannot comment; a follower does not learn of it.
    const [friend, fan] = [await Api.join(server.url, name('close')), await Api.join(server.url, name('fan'))];
    for (const one of [friend, fan]) await one.put(`/accounts/${handle}/follow`);
    await api.put(`/accounts/${name('close')}/follow`);
    assert.equal((await fan.send('GET', `/videos/${id}`)).status, 404);
    const theirs = await person(browser, server.url, { javaScriptEnabled });
    await theirs.context.addCookies([{ name: 'outro_session', value: friend.token, url: server.url }]);
    await theirs.page.goto(`${paths.video(id)}/comments`);
    await theirs.page.getByText('Comments are not open to you here.').waitFor();
    assert.equal(await theirs.page.getByRole('textbox').count(), 0);
    theirs.assertNoProblems();
    await theirs.close();
    who.assertNoProblems();
    await who.close();
  });

  test(`see as shows what they get, in a frame, ${how}`, { timeout: 120_000 }, async () => {
    const handle = name('seen');
    const { api, who, page } = await signedIn(handle, { javaScriptEnabled });
    await api.upload(await clip(), { caption: 'For everyone' });
    await api.upload(await clip({ hue: 90 }), { caption: 'For friends', audience: 'friends' });
    await Api.join(server.url, name('other'));
    await openPrivacy(page);
    await open(page, /^See as/);
    await who.screenshot(`see-as-${javaScriptEnabled ? 'js' : 'plain'}`);
    await open(page, 'A follower');
    await page.getByText('You are seeing this as a follower').waitFor();
    const unseen = page.getByRole('region', { name: 'What they do not see' });
    await unseen.getByRole('link', { name: /For friends/ }).waitFor();
    await unseen.getByText('This video is for fewer people.').waitFor();
    assert.equal(await unseen.getByText('For everyone').count(), 0);
    await who.screenshot(`seen-follower-${javaScriptEnabled ? 'js' : 'plain'}`, { fullPage: true });
    await open(page, 'Other eyes');
    await open(page, 'A friend');
    assert.equal(await page.getByText('What they do not see').count(), 0);
    await open(page, 'Other eyes');
    await page.getByLabel('A certain person').fill(`@${name('other')}`);
    await press(page, 'Look');
    assert.equal(new URL(page.url()).search, '', 'no handle in a query');
    await page.getByText(`You are seeing this as @${name('other')}`).waitFor();
    await open(page, 'Other eyes');
    await page.getByLabel('A certain person').fill('no such person');
    await who.expecting(/422/, () => press(page, 'Look'));
    await page.getByText('Use 3 to 24 letters').first().waitFor();
    who.assertNoProblems();
    await who.close();
  });
}

test('the check-up says in plain words who can do what, and each line leads to its switch', { timeout: 120_000 }, async () => {
  const { api, who, page } = await signedIn('check.up');
  const answer = (question) => main(page).getByRole('link', { name: question }).innerText();
  await openPrivacy(page);
  await open(page, /^Privacy check-up/);
  assert.match(await answer(/videos that are for everyone\? Everyone, also/), /also without an account/);
  const hiatus = main(page).locator('details', { hasText: 'Hiatus' });
  await hiatus.locator('summary').click();
  await hiatus.getByText('Who can see that you are here?').waitFor();
  await who.screenshot('checkup', { fullPage: true });
  await api.send('PATCH', '/me/privacy', { private_account: true, messages_from: 'friends', discoverable: false });
  await page.reload();
  assert.match(await answer(/^Who can see your profile/), /Only your followers/);
  assert.match(await answer(/^Who can write to you/), /Only friends/);
  assert.match(await answer(/^To whom may you be suggested/), /Nobody/);
  await open(page, /^Who can see your profile/);
  await page.getByRole('heading', { name: 'Make your account public?' }).waitFor();
  who.assertNoProblems();
  await who.close();
});

const desk = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };

test('the pages of privacy meet WCAG 2.2 AA, light and dark, from right to left, on a desk', { timeout: 240_000 }, async () => {
  const api = await Api.join(server.url, 'axe.privacy', steps.password);
  await api.upload(await clip(), { caption: 'One' });
  await api.upload(await clip({ hue: 90 }), { caption: 'Two', audience: 'only_me' });
  const walk = [
    '/settings/privacy', '/settings/privacy/private', '/settings/privacy/hiatus', '/settings/checkup', '/settings/see-as',
    '/settings/see-as/stranger', '/settings/videos',
  ];
  const found = [];
  for (const [look, options] of [['light', { colorScheme: 'light' }], ['dark', { colorScheme: 'dark' }], ['rtl', { locale: 'ar' }], ['desk', desk]]) {
    const who = await person(browser, server.url, options);
    await who.page.goto(paths.signIn);
    await who.page.locator('#handle').fill('axe.privacy');
    await who.page.locator('#password').fill(steps.password);
    await follow(who.page, who.page.locator('main form button:not([type])'));
    for (const away of [false, true]) {
      await api.send('PATCH', '/me/privacy', { on_hiatus: away });
      for (const path of away ? ['/', '/settings/privacy', '/settings/see-as/friend'] : walk) {
        await who.page.goto(path);
        found.push(...(await who.axe()).map((violation) => `${look} ${path}: ${violation}`));
        await who.screenshot(`privacy${path.replaceAll('/', '-')}${away ? '-away' : ''}-${look}`, { fullPage: true });
      }
    }
    await api.send('PATCH', '/me/privacy', { on_hiatus: false });
    who.assertNoProblems();
    await who.close();
  }
  assert.deepEqual(found, []);
});
