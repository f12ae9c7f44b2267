// Talking under a video: the sheet over it, threads, likes, hiding, words that hold back, and what people are told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';

const desk = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };
const dialog = (p) => p.page.getByRole('dialog', { name: 'Comments' });
const row = (where, text) => where.getByRole('listitem').filter({ hasText: text });

async function openSheet(p, { touch = true } = {}) {
  const button = p.page.getByRole('link', { name: 'Comments', exact: true }).first();
  await (touch ? button.tap() : button.click());
  await dialog(p).getByRole('heading').waitFor();
  return dialog(p);
}

async function say(sheet, text) {
  await sheet.getByRole('textbox').fill(text);
  await sheet.getByRole('button', { name: 'Send' }).click();
  await row(sheet, text).first().waitFor();
}

describe('comments', { timeout: 600_000 }, () => {
  let server, browser, mira, jon, film, owner;

  before(async () => {
    server = await startServer();
    browser = await launch();
    mira = await person(browser, server.url);
    jon = await person(browser, server.url);
    await steps.join(mira.page, 'mira.talks');
    await steps.join(jon.page, 'jon.talks');
    const { token } = await new Api(server.url).post('/sessions', { handle: 'mira.talks', password: steps.password });
    owner = new Api(server.url, token);
    film = await owner.upload(await clip(), { caption: 'Colours for @jon.talks #colours' });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('the first word is said in a sheet over the video', async () => {
    await jon.page.goto('/');
    await jon.page.getByRole('article').first().waitFor();
    await jon.screenshot('comments-feed');
    const sheet = await openSheet(jon);
    await sheet.getByText('No comments yet').waitFor();
    await jon.screenshot('comments-empty');
    await say(sheet, 'What a colour! @mira.talks');
    assert.equal(await sheet.getByRole('heading').innerText(), '1 comment');
    assert.equal(await sheet.getByRole('link', { name: '@mira.talks' }).getAttribute('href'), '/@mira.talks');
    for (const text of ['A second one', 'And a third, which is a good deal longer than the others so that it has to go over several lines on a phone']) await say(sheet, text);
    await jon.screenshot('comments-sheet');
    assert.deepEqual(await jon.axe(), []);
    await jon.page.keyboard.press('Escape');
    await dialog(jon).waitFor({ state: 'hidden' });
    assert.equal(await jon.page.locator('[data-talk] + .num').first().innerText(), '3');
    jon.assertNoProblems();
  });

  test('the owner replies, likes and hides', async () => {
    await mira.page.goto(`/v/${film.id}`);
    const sheet = await openSheet(mira);
    const first = row(sheet, 'What a colour!');
    await first.getByRole('button', { name: /^Like the comment/ }).tap();
    await until('the like to show', 5_000, async () =>
      (await first.getByRole('button', { name: /^Like the comment/ }).getAttribute('aria-pressed')) === 'true');
    await first.getByRole('link', { name: 'Reply' }).tap();
    await sheet.getByRole('heading', { name: 'Replies' }).waitFor();
    await say(sheet, 'Thank you');
    await mira.screenshot('comments-thread');
    assert.deepEqual(await mira.axe(), []);
    await sheet.getByRole('link', { name: 'All comments' }).tap();
    await row(sheet, 'What a colour!').getByRole('link', { name: '1 reply' }).waitFor();
    const second = row(sheet, 'A second one');
    await second.locator('summary').tap();
    await mira.screenshot('comments-manage');
    await second.getByRole('button', { name: 'Hide' }).tap();
    await row(sheet, 'A second one').getByText(/^Hidden/).waitFor();
    await mira.screenshot('comments-hidden');
    const anyone = await new Api(server.url).get(`/videos/${film.id}/comments`);
    assert.deepEqual(anyone.items.map((item) => item.text.slice(0, 6)), ['And a ', 'What a']);
    mira.assertNoProblems();
  });

  test('words hold comments back until the owner shows them', async () => {
    await mira.page.goto('/settings');
    await mira.page.getByRole('link', { name: /^Words in comments/ }).tap();
    await mira.page.getByLabel('Words').fill('cheap watches\nrude');
    await mira.screenshot('comment-words');
    assert.deepEqual(await mira.axe(), []);
    await mira.page.getByRole('button', { name: 'Save' }).tap();
    await mira.page.getByText('Saved.').waitFor();
    assert.equal(await mira.page.getByLabel('Words').inputValue(), 'cheap watches\nrude');
    await jon.page.goto(`/v/${film.id}`);
    const sheet = await openSheet(jon);
    await say(sheet, 'Buy CHEAP  watches now');
    await row(sheet, 'watches').getByText(/^Hidden/).waitFor();
    jon.assertNoProblems();
  });

  test('whoever is mentioned is one step away', async () => {
    await jon.page.goto(`/v/${film.id}`);
    const sheet = await openSheet(jon);
    await steps.follow(jon.page, sheet.getByRole('link', { name: '@mira.talks', exact: true }).and(sheet.locator('.at')));
    assert.equal(new URL(jon.page.url()).pathname, '/@mira.talks');
    await jon.page.getByRole('heading', { name: 'mira.talks' }).waitFor();
    jon.assertNoProblems();
  });

  test('whoever may not comment is told so, and reads on', async () => {
    await owner.patch(`/videos/${film.id}`, { comments_from: 'no_one' });
    await jon.page.goto(`/v/${film.id}`);
    const sheet = await openSheet(jon);
    await sheet.getByText('Comments are not open to you here.').waitFor();
    assert.equal(await sheet.getByRole('textbox').count(), 0);
    await jon.screenshot('comments-closed');
    assert.deepEqual(await jon.axe(), []);
    jon.assertNoProblems();
    await owner.patch(`/videos/${film.id}`, { comments_from: 'everyone' });
  });

  test('activity tells of it, and the bell counts', async () => {
    await owner.put('/me/comment-filter', { words: [] });
    const third = await Api.join(server.url, 'third.talks');
    for (const api of [third, await Api.join(server.url, 'fourth.talks')]) await api.put(`/videos/${film.id}/like`);
    await mira.page.goto('/');
    const bell = mira.page.getByRole('link', { name: /^Activity, \d+ new$/ });
    await bell.waitFor();
    await mira.screenshot('bell');
    await bell.tap();
    await mira.page.getByRole('heading', { name: 'Activity' }).waitFor();
    await mira.page.getByText('and 1 other liked your video').waitFor();
    await mira.page.getByText(/wrote a comment that is hidden for now/).first().waitFor();
    await mira.page.locator('[data-seen]').waitFor({ state: 'detached' });
    await mira.screenshot('activity');
    assert.deepEqual(await mira.axe(), []);
    await mira.page.goto('/@mira.talks');
    await mira.page.getByRole('link', { name: 'Activity', exact: true }).waitFor();
    await mira.screenshot('bell-profile');
    await jon.page.goto('/activity');
    await jon.page.getByText('@mira.talks⁩ liked your comment').waitFor();
    await jon.page.getByText('mentioned you').first().waitFor();
    await jon.screenshot('activity-jon');
    for (const who of [mira, jon]) who.assertNoProblems();
  });

  test('the owner shows what was held, and deletes what others wrote', async () => {
    await mira.page.goto(`/v/${film.id}`);
    const sheet = await openSheet(mira);
    const held = row(sheet, 'Buy CHEAP');
    await held.locator('summary').tap();
    await held.getByRole('button', { name: 'Show to everyone' }).tap();
    await held.getByText(/^Hidden/).waitFor({ state: 'detached' });
    const anyone = async () => (await new Api(server.url).get(`/videos/${film.id}/comments`)).items.map((item) => item.text);
    assert.ok((await anyone()).includes('Buy CHEAP  watches now'));
    await held.locator('summary').tap();
    await mira.screenshot('comments-delete');
    await held.getByRole('button', { name: 'Delete' }).tap();
    await held.waitFor({ state: 'detached' });
    assert.ok(!(await anyone()).includes('Buy CHEAP  watches now'));
    mira.assertNoProblems();
  });

  test('on a desk the comments stand beside the video', async () => {
    const wide = await person(browser, server.url, { ...desk, colorScheme: 'light' });
    await steps.signIn(wide.page, 'jon.talks');
    await wide.page.goto(`/v/${film.id}`);
    await wide.page.getByRole('article').first().waitFor();
    const sheet = await openSheet(wide, { touch: false });
    await row(sheet, 'What a colour!').waitFor();
    await wide.screenshot('comments-desk');
    const [rail, column] = [await wide.page.locator('.rail').first().boundingBox(), await sheet.boundingBox()];
    assert.ok(rail.x + rail.width <= column.x, 'the column covers nothing of the video');
    assert.deepEqual(await wide.axe(), []);
    await wide.page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    wide.assertNoProblems();
    await wide.close();
  });

  test('who is not signed in reads, and is led to sign in', async () => {
    const stranger = await person(browser, server.url);
    await stranger.page.goto(`/v/${film.id}`);
    const sheet = await openSheet(stranger);
    await sheet.getByRole('link', { name: 'Sign in to comment' }).waitFor();
    await stranger.screenshot('comments-signed-out');
    stranger.assertNoProblems();
    await stranger.close();
  });

  test('all of it works without scripts, from right to left too', async () => {
    const plain = await person(browser, server.url, { javaScriptEnabled: false, locale: 'ar' });
    await plain.context.addCookies(await jon.context.cookies());
    await plain.page.goto(`/v/${film.id}`);
    await plain.page.locator('[data-talk]').click();
    await plain.page.locator('textarea').fill('بلا برمجيات');
    await plain.page.locator('[data-write] button').click();
    await plain.page.getByText('بلا برمجيات').waitFor();
    await plain.screenshot('comments-ar');
    await plain.page.locator('.talk-row', { hasText: 'بلا برمجيات' }).locator('summary').click();
    await plain.page.locator('.talk-row', { hasText: 'بلا برمجيات' }).locator('button.danger').click();
    await plain.page.waitForURL(/comments$/);
    assert.equal(await plain.page.getByText('بلا برمجيات').count(), 0);
    await plain.page.goto('/activity');
    await plain.screenshot('activity-ar');
    await plain.close();
  });
});
