// Messages between two people on their phones: a request, an answer, live, a video sent on, and somebody who leaves.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const inbox = /^Inbox/;
const said = (page, text) => page.getByRole('list', { name: 'Messages' }).getByText(text, { exact: true });
const openInbox = (page) => steps.follow(page, page.getByRole('navigation').getByRole('link', { name: inbox }));
const talkWith = (page, name) => steps.follow(page, page.getByRole('main').getByRole('link', { name }).first());

async function write(page, text) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
  await said(page, text).waitFor();
}

const streaming = (page) => page.waitForFunction(() => document.documentElement.dataset.stream === 'open');

const idOf = (address) => new URL(address).pathname.split('/').at(-1);

describe('messages', { timeout: 600_000 }, () => {
  let server, browser, ada, jon, talk;
  before(async () => {
    server = await startServer();
    browser = await launch();
    ada = await person(browser, server.url);
    jon = await person(browser, server.url);
    await steps.join(ada.page, 'ada');
    await steps.join(jon.page, 'jon');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  const signedIn = async (handle) => {
    const { token } = await new Api(server.url).post('/sessions', { handle, password: steps.password });
    return new Api(server.url, token);
  };
  const holds = async (who, name) => {
    await who.screenshot(name);
    assert.deepEqual(await who.axe(), [], name);
    who.assertNoProblems();
  };

  test('a stranger writes from a profile, and it waits as a request', async () => {
    await openInbox(jon.page);
    await jon.page.getByText('No messages yet').waitFor();
    await holds(jon, 'inbox-empty');
    await ada.page.goto(paths.profile('jon'));
    await holds(ada, 'profile-message');
    await steps.follow(ada.page, ada.page.getByRole('main').getByRole('button', { name: 'Message' }));
    await ada.page.getByText('Nothing has been said yet.').waitFor();
    await write(ada.page, 'Hello Jon, was that your accordion?');
    await jon.page.getByText('1 person wants to write to you').waitFor();
    assert.equal(await jon.page.locator('.tabs .count').count(), 0, 'a request has no badge');
    await holds(jon, 'inbox-request');
    await talkWith(jon.page, /^Message requests/);
    await holds(jon, 'requests');
    await talkWith(jon.page, /@ada/);
    await holds(jon, 'chat-request');
    // Whoever is not welcome is blocked or reported from here.
    await jon.page.getByLabel('Options').click();
    await jon.page.getByRole('link', { name: 'Report' }).waitFor();
    await jon.page.locator('summary').filter({ hasText: 'Block' }).click();
    await jon.page.getByRole('button', { name: 'Block @ada' }).waitFor();
    await holds(jon, 'chat-request-menu');
    await jon.page.keyboard.press('Escape');
    await steps.follow(jon.page, jon.page.getByRole('button', { name: 'Accept' }));
    await jon.page.getByRole('button', { name: 'Accept' }).waitFor({ state: 'detached' });
  });

  test('what one says is on the other screen at once', async () => {
    await Promise.all([streaming(ada.page), streaming(jon.page)]);
    const times = [];
    for (let number = 1; number <= 10; number += 1) {
      const [from, to] = number % 2 ? [ada, jon] : [jon, ada];
      const text = `Line ${number} of ten`;
      const arrived = said(to.page, text).waitFor();
      await from.page.getByRole('textbox', { name: 'Message' }).fill(text);
      const began = performance.now();
      await from.page.getByRole('button', { name: 'Send' }).click();
      await arrived;
      times.push(Math.round(performance.now() - began));
    }
    console.log(`pressed to shown on the other screen, ms: ${times.join(' ')}`);
    assert.ok(Math.max(...times) < 3000, times.join(' '));
    await holds(ada, 'chat');
    await holds(jon, 'chat-other');
    await jon.page.emulateMedia({ colorScheme: 'dark' });
    await holds(jon, 'chat-dark');
    await jon.page.emulateMedia({ colorScheme: 'light' });
  });

  test('the badge counts what was not read, and reading takes it away', async () => {
    await openInbox(jon.page);
    await streaming(jon.page);
    await write(ada.page, 'Are you still there?');
    await jon.page.locator('.tabs .count').waitFor();
    await jon.page.getByText('Are you still there?').waitFor();
    await holds(jon, 'inbox');
    await talkWith(jon.page, /@ada/);
    await jon.page.locator('.tabs .count').waitFor({ state: 'detached' });
  });

  test('on every other page too, messages and notifications are counted by themselves', async () => {
    await jon.page.goto('/');
    await streaming(jon.page);
    await write(ada.page, 'Look up from the feed!');
    await jon.page.locator('.tabs .count').waitFor();
    await ada.page.evaluate(async () => {
      const headers = { 'X-CSRF-Token': document.querySelector('meta[name=csrf]').content };
      await fetch('/api/v1/accounts/jon/follow', { method: 'PUT', headers });
    });
    await jon.page.locator('.bell-count').waitFor();
    await jon.page.getByRole('link', { name: 'Activity, 1 new' }).waitFor();
    await holds(jon, 'feed-counted');
    await jon.page.goto('/inbox');
    await talkWith(jon.page, /@ada/);
    await jon.page.locator('.tabs .count').waitFor({ state: 'detached' });
  });

  test('one message is deleted for oneself', async () => {
    const line = jon.page.getByRole('listitem').filter({ hasText: 'Line 9 of ten' });
    await line.getByText('Line 9 of ten').click();
    await steps.follow(jon.page, line.getByRole('button', { name: 'Delete for me' }));
    assert.equal(await said(jon.page, 'Line 9 of ten').count(), 0);
    assert.equal(await said(ada.page, 'Line 9 of ten').count(), 1);
  });

  test('a video is sent on from its menu', async () => {
    const api = await Api.join(server.url, 'nora');
    const video = await api.upload(await clip(), { caption: 'Rain on tin' });
    await ada.page.goto(paths.video(video.id));
    await ada.page.getByRole('button', { name: 'More', exact: true }).click();
    await holds(ada, 'share-menu');
    await steps.follow(ada.page, ada.page.getByRole('link', { name: 'Send to…' }));
    await holds(ada, 'send-to');
    await steps.follow(ada.page, ada.page.getByRole('button', { name: '@jon' }));
    await said(ada.page, 'Rain on tin').waitFor();
    await said(jon.page, 'Rain on tin').waitFor();
    await jon.page.locator('.shared img').evaluate((image) => image.complete || new Promise((done) => (image.onload = done)));
    await holds(jon, 'chat-video');
  });

  test('a video that its reader may not see is not shown to them', async () => {
    const nora = await signedIn('nora');
    const [video] = await nora.videosOf('nora');
    await nora.patch(`/videos/${video.id}`, { audience: 'only_me' });
    await jon.page.reload();
    await jon.page.getByText('This video is not available').waitFor();
    assert.equal(await jon.page.locator('.shared').count(), 0);
    assert.ok(!(await jon.page.content()).includes('Rain on tin'), 'nothing of it is told');
    await holds(jon, 'chat-video-gone');
    await nora.patch(`/videos/${video.id}`, { audience: 'everyone' });
    await jon.page.reload();
    await jon.page.locator('.shared').waitFor();
  });

  test('a message between the making of a page and its listening is shown', async () => {
    talk = idOf(jon.page.url());
    let go;
    const held = new Promise((done) => (go = done));
    await jon.page.route('**/api/v1/events', async (route) => {
      await held;
      await route.continue();
    });
    await jon.page.goto(`/inbox/${talk}`);
    await (await signedIn('ada')).post(`/conversations/${talk}/messages`, { text: 'Into the gap' });
    await jon.page.waitForTimeout(500);
    assert.equal(await said(jon.page, 'Into the gap').count(), 0, 'nothing has told the page of it');
    go();
    await said(jon.page, 'Into the gap').waitFor();
    await jon.page.unroute('**/api/v1/events');
    jon.assertNoProblems();
  });

  test('what is said while the connection is cut arrives by itself', async () => {
    await jon.page.reload();
    await streaming(jon.page);
    await jon.expecting(/ERR_/, () => ada.expecting(/ERR_/, async () => {
      await server.restart();
      await (await signedIn('ada')).post(`/conversations/${talk}/messages`, { text: 'After the night' });
      for (const who of [jon, ada]) await said(who.page, 'After the night').waitFor();
    }));
    for (const who of [jon, ada]) who.assertNoProblems();
  });

  test('a page that was refused listens again later, and counts what it missed', async () => {
    const plain = await person(browser, server.url);
    const api = await Api.join(server.url, 'late.ear');
    await plain.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
    await plain.page.clock.install();
    await plain.page.route('**/api/v1/events', (route) => route.fulfill({ status: 503 }));
    await plain.expecting(/503/, async () => {
      await plain.page.goto('/');
      await plain.page.waitForFunction(() => document.documentElement.dataset.stream === 'cut');
    });
    await (await signedIn('ada')).put('/accounts/late.ear/follow');
    await plain.page.unroute('**/api/v1/events');
    await plain.page.clock.fastForward(31_000);
    await streaming(plain.page);
    await plain.page.clock.runFor(1000);
    await plain.page.locator('.bell-count').waitFor();
    plain.assertNoProblems();
    await plain.close();
  });

  test('a group is opened, talks, and is left', async () => {
    const kim = await person(browser, server.url);
    await steps.join(kim.page, 'kim');
    const handles = ['ada', 'jon', 'kim'];
    for (const one of handles) {
      const api = await signedIn(one);
      for (const other of handles.filter((handle) => handle !== one)) await api.put(`/accounts/${other}/follow`);
    }
    await ada.page.goto('/inbox/new');
    await ada.page.getByLabel('To').fill('@jon, @kim');
    await ada.page.getByLabel('Message').fill('The three of us');
    await steps.follow(ada.page, ada.page.getByRole('button', { name: 'Send' }));
    await said(ada.page, 'The three of us').waitFor();
    await kim.page.goto('/inbox');
    await streaming(kim.page);
    await talkWith(kim.page, /@ada/);
    await said(kim.page, 'The three of us').waitFor();
    await streaming(kim.page);
    await write(ada.page, 'Are you there, Kim?');
    await said(kim.page, 'Are you there, Kim?').waitFor();
    await holds(kim, 'chat-group');
    await write(kim.page, 'Only for a moment');
    await kim.page.getByLabel('Options').first().click();
    await kim.page.getByText('What you said stays for the others.').waitFor();
    await holds(kim, 'chat-group-menu');
    const group = kim.page.url();
    await steps.follow(kim.page, kim.page.getByRole('button', { name: 'Leave the group' }));
    assert.equal(new URL(kim.page.url()).pathname, '/inbox');
    await kim.page.getByText('No messages yet').waitFor();
    await kim.expecting(/404/, async () => assert.equal((await kim.page.goto(group)).status(), 404));
    await said(ada.page, 'Only for a moment').waitFor();
    await write(ada.page, 'Gone already');
    await kim.close();
  });

  test('a whole conversation is deleted for oneself, and comes back with the next message', async () => {
    const lena = await person(browser, server.url);
    await steps.join(lena.page, 'lena');
    const [api, ada] = [await signedIn('lena'), await signedIn('ada')];
    await api.put('/accounts/ada/follow');
    await ada.put('/accounts/lena/follow');
    const { id } = await ada.post('/conversations', { to: ['lena'], text: 'To be put away' });
    await lena.page.goto(`/inbox/${id}`);
    await lena.page.getByLabel('Options').first().click();
    await lena.page.getByText('It goes for you alone.').waitFor();
    await steps.follow(lena.page, lena.page.locator('.chat-top').getByRole('button', { name: 'Delete for me' }));
    await lena.page.getByText('No messages yet').waitFor();
    await holds(lena, 'inbox-talk-deleted');
    const kept = await ada.get(`/conversations/${id}/messages`);
    assert.deepEqual(kept.items.map((item) => item.text), ['To be put away'], 'the other one keeps it');
    await ada.post(`/conversations/${id}/messages`, { text: 'Once more' });
    await lena.page.goto(`/inbox/${id}`);
    await said(lena.page, 'Once more').waitFor();
    assert.equal(await said(lena.page, 'To be put away').count(), 0);
    await lena.close();
  });

  test('a request is deleted unanswered', async () => {
    const stranger = await Api.join(server.url, 'un.asked');
    await stranger.post('/conversations', { to: ['jon'], text: 'You do not know me' });
    await openInbox(jon.page);
    await talkWith(jon.page, /^Message requests/);
    await talkWith(jon.page, /@un.asked/);
    await said(jon.page, 'You do not know me').waitFor();
    await steps.follow(jon.page, jon.page.locator('[data-ask]').getByRole('button', { name: 'Delete' }));
    await jon.page.getByText('You do not know me').waitFor({ state: 'detached' });
    await jon.page.goto('/inbox/requests');
    await jon.page.getByText('No requests').waitFor();
    jon.assertNoProblems();
    await jon.page.goto(`/inbox/${talk}`);
  });

  test('who may not write is told so, on the profile, in the form and in the conversation', async () => {
    const wall = await Api.join(server.url, 'closed.door');
    const guest = await person(browser, server.url);
    await steps.join(guest.page, 'guest');
    const api = await signedIn('guest');
    const { id } = await api.post('/conversations', { to: ['closed.door'], text: 'Before it was closed' });
    await wall.patch('/me/privacy', { messages_from: 'no_one' });
    await guest.page.goto(paths.profile('closed.door'));
    assert.equal(await guest.page.getByRole('main').getByRole('button', { name: 'Message' }).count(), 0);
    await holds(guest, 'profile-closed');
    await guest.page.goto(`/inbox/${id}`);
    await guest.page.locator('.write.closed').waitFor();
    assert.equal(await guest.page.getByRole('textbox', { name: 'Message' }).count(), 0);
    await holds(guest, 'chat-closed');
    await guest.page.goto('/inbox/new');
    await guest.page.getByLabel('To').fill('closed.door');
    await guest.page.getByLabel('Message').fill('May I?');
    await guest.expecting(/403|409|422/, async () => {
      await steps.follow(guest.page, guest.page.getByRole('button', { name: 'Send' }));
      await guest.page.locator('#to-err:not(:empty), [role=alert]').first().waitFor();
    });
    assert.equal(await guest.page.getByLabel('Message').inputValue(), 'May I?', 'what was typed stays');
    await guest.screenshot('message-refused');
    await guest.close();
  });

  test('it works without JavaScript', async () => {
    const plain = await person(browser, server.url, { javaScriptEnabled: false });
    await steps.join(plain.page, 'plain');
    await plain.page.goto('/inbox/new');
    await plain.screenshot('message-new');
    await plain.page.getByLabel('To').fill('nobody.here');
    await plain.page.getByLabel('Message').fill('No script at all');
    await plain.expecting(/404/, async () => {
      await steps.follow(plain.page, plain.page.getByRole('button', { name: 'Send' }));
      await plain.page.getByText('There is nobody of this handle.').waitFor();
    });
    await plain.page.getByLabel('To').fill('@ada');
    await steps.follow(plain.page, plain.page.getByRole('button', { name: 'Send' }));
    await plain.page.getByText('No script at all').waitFor();
    await plain.page.getByRole('textbox', { name: 'Message' }).fill('And again');
    await steps.follow(plain.page, plain.page.getByRole('button', { name: 'Send' }));
    await plain.page.getByText('And again').waitFor();
    assert.ok(!plain.page.url().includes('ada'), 'no handle in an address');
    await plain.close();
  });

  test('who left is an unavailable account, and what they said stays', async () => {
    await ada.page.goto('/settings/account');
    await steps.follow(ada.page, ada.page.getByRole('main').getByRole('button', { name: words.leaving }));
    await ada.page.getByText('Messages you have sent stay readable').waitFor();
    await ada.page.getByLabel(words.password, { exact: true }).fill(steps.password);
    await steps.follow(ada.page, ada.page.getByRole('button', { name: words.continue }));
    await ada.page.getByRole('heading', { name: words.gone }).waitFor();
    await until('her name to be gone', 20_000, async () => {
      await jon.page.reload();
      return (await jon.page.getByRole('heading', { name: 'Unavailable account' }).count()) > 0;
    });
    await said(jon.page, 'Hello Jon, was that your accordion?').waitFor();
    assert.equal(await jon.page.getByRole('textbox', { name: 'Message' }).count(), 0);
    await holds(jon, 'chat-unavailable');
    await openInbox(jon.page);
    await holds(jon, 'inbox-unavailable');
  });
});
