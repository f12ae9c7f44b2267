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

describe('messages', { timeout: 300_000 }, () => {
  let server, browser, ada, jon;
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

  test('one message and a whole conversation are deleted for oneself', async () => {
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
