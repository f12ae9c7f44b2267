// From a file to a published video over a line that breaks: progress, pause, coming back, drafts and a time to publish.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip, heavyClip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const slow = 3_000_000;
// What the page sends in one request at most; the line is cut after the first of them.
const piece = 8 * 1024 * 1024;
const desk = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };

describe('the studio', { timeout: 900_000 }, () => {
  let server, browser, heavy, size, who, api, handle;
  let numbers = 0;

  before(async () => {
    server = await startServer();
    browser = await launch();
    heavy = await heavyClip();
    ({ size } = await stat(heavy));
    assert.ok(size > 2 * piece, `${size} bytes are more than two pieces`);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  // Everybody is somebody new: nothing is left from the test before.
  beforeEach(async () => {
    handle = `studio.${(numbers += 1)}`;
    api = await Api.join(server.url, handle, steps.password);
    who = await person(browser, server.url);
    await steps.signIn(who.page, handle);
    await steps.openUpload(who.page);
  });
  afterEach(async () => {
    who.assertNoProblems();
    await who.close();
  });

  const items = () =>
    who.page.getByRole('region', { name: 'Your new videos' }).getByRole('listitem').filter({ has: who.page.getByRole('heading') });
  const button = (name) => who.page.getByRole('main').getByRole('button', { name, exact: true });
  const caption = () => who.page.getByRole('textbox', { name: words.caption });
  const going = () => who.page.getByRole('progressbar', { name: 'Upload' }).first();
  const share = () => going().evaluate((bar) => bar.value / 100);
  const beyond = (part) => until(`${part} of it to be up`, 60_000, async () => (await share()) > part);
  const unfinished = async () => (await api.get('/uploads')).items;

  // A line of so many bytes a second, the way up.
  async function line(bytesPerSecond) {
    const client = await who.context.newCDPSession(who.page);
    await client.send('Network.enable');
    await client.send('Network.emulateNetworkConditions', {
      offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: bytesPerSecond,
    });
    return (speed) => client.send('Network.emulateNetworkConditions', {
      offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: speed,
    });
  }

  // Where each piece that the page sends begins.
  function offsets() {
    const seen = [];
    who.page.on('request', (request) => {
      if (request.method() === 'PATCH' && request.url().includes('/uploads/')) {
        seen.push(Number(request.headers()['upload-offset']));
      }
    });
    return seen;
  }

  async function ready(page = who.page) {
    await page.getByText(words.ready).first().waitFor({ timeout: 180_000 });
  }

  // Into a field of local time, to the minute.
  const local = (time) => new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

  test('it goes up visibly, pauses, goes on, and the caption is written meanwhile', async () => {
    const speed = await line(slow);
    const sent = offsets();
    await steps.pick(who.page, heavy);
    await caption().fill('Written while it goes up');
    await beyond(0.1);
    await who.screenshot('studio-sending');
    await button(words.pause).click();
    await who.page.getByText(words.paused).first().waitFor();
    const held = await share();
    await who.page.waitForTimeout(1500);
    assert.equal(await share(), held, 'nothing goes up while it is paused');
    await button(words.resume).click();
    await beyond(held);
    await speed(-1);
    await who.page.getByText(words.saved, { exact: true }).waitFor({ timeout: 60_000 });
    assert.ok(sent.length > 1 && sent.at(-1) > 0, `it went on from ${sent}`);
    assert.deepEqual(await new Api(server.url).videosOf(handle), [], 'a draft is not among the videos');
    await who.screenshot('studio-making');
    await ready();
    await who.screenshot('studio-ready', { fullPage: true });
    await steps.follow(who.page, button(words.publish));
    assert.match(new URL(who.page.url()).pathname, /^\/v\//);
    const [video] = await api.videosOf(handle);
    assert.equal(video.caption, 'Written while it goes up');
    assert.equal(video.state, 'ready');
  });

  test('closed in the middle, it goes on from there when the same file is chosen', async () => {
    const speed = await line(slow);
    await steps.pick(who.page, heavy);
    await until('the first piece to be up', 60_000, async () => (await unfinished())[0]?.offset >= piece, 200);
    await who.page.reload();
    const [left] = await unfinished();
    assert.ok(left.offset >= piece && left.offset < size);
    await who.page.getByRole('heading', { name: words.unfinished }).waitFor();
    await who.screenshot('studio-unfinished');
    const sent = offsets();
    await speed(-1);
    await steps.pick(who.page, heavy);
    await ready();
    assert.ok(Math.min(...sent) >= piece, `${size - Math.min(...sent)} of ${size} bytes went up the second time`);
    const id = await onlyDraft();
    assert.equal(id, left.id, 'it became the video of the same upload');
    assert.deepEqual(await unfinished(), []);
  });

  async function onlyDraft() {
    await who.page.goto('/upload');
    const href = await who.page.getByRole('link', { name: words.goOn }).getAttribute('href');
    return href.split('/').at(-1);
  }

  test('another file is not taken for it', async () => {
    await api.draft(heavy, { bytes: piece });
    const sent = offsets();
    await who.page.reload();
    await steps.pick(who.page, await clip({ hue: 30 }));
    await ready();
    assert.equal(sent[0], 0);
    assert.equal((await unfinished()).length, 1);
  });

  test('several at once: two go, the third waits, and all are published', async () => {
    const speed = await line(slow / 2);
    await steps.pick(who.page, heavy, await heavyClip({ hue: 90 }), await clip({ hue: 180 }));
    await who.page.getByText(words.turn).first().waitFor();
    assert.equal(await items().count(), 3);
    await who.screenshot('studio-several');
    const second = items().nth(1).getByRole('heading').getByRole('button');
    await second.click();
    assert.equal(await second.getAttribute('aria-expanded'), 'true');
    await caption().fill('The second of three');
    await who.screenshot('studio-several-open', { fullPage: true });
    await speed(-1);
    await button(words.publishAll).click();
    await until('all to be published', 240_000, async () =>
      (await who.page.getByText(words.published, { exact: true }).count()) === 3, 500);
    const videos = await api.videosOf(handle);
    assert.equal(videos.length, 3);
    assert.equal(videos.filter((video) => video.caption === 'The second of three').length, 1);
    await who.screenshot('studio-several-published');
  });

  test('the line breaks in the middle, and it goes on by itself', async () => {
    // Each piece is held for a moment, so that the line breaks between two of them.
    await who.page.route('**/api/v1/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH') await new Promise((go) => setTimeout(go, 1000));
      await route.continue().catch(() => {});
    });
    const sent = offsets();
    await who.expecting(/INTERNET_DISCONNECTED|ERR_FAILED/, async () => {
      await steps.pick(who.page, heavy);
      await until('the first piece to be up', 60_000, async () => (await unfinished())[0]?.offset >= piece);
      await who.context.setOffline(true);
      await who.page.getByText(words.line).first().waitFor();
      await who.screenshot('studio-offline');
      await who.context.setOffline(false);
      await ready();
    });
    assert.equal(sent.filter((offset) => offset === 0).length, 1, `what was up stayed up: ${sent}`);
  });

  test('a draft is kept, found on the profile and its own page, gone on with, and published', async () => {
    await steps.pick(who.page, await clip());
    await caption().fill('Not yet');
    await who.page.getByText(words.saved, { exact: true }).waitFor({ timeout: 30_000 });
    await ready();
    await steps.follow(who.page, who.page.getByRole('link', { name: words.keep }));
    const shelf = who.page.getByRole('region', { name: words.drafts });
    await shelf.getByText('Not yet').first().waitFor();
    await who.screenshot('studio-drafts');
    const href = await shelf.getByRole('link', { name: words.goOn }).getAttribute('href');
    const id = href.split('/').at(-1);

    await steps.openProfile(who.page);
    await who.page.getByRole('link', { name: words.draftCount(1) }).waitFor();
    await who.screenshot('studio-profile');
    await who.page.goto(paths.video(id));
    await who.page.getByRole('link', { name: words.draftBanner }).waitFor();
    await who.screenshot('studio-draft-video');
    const stranger = await Api.join(server.url, `${handle}.other`);
    assert.equal((await stranger.send('GET', `/videos/${id}`)).status, 404, 'nobody else sees a draft');

    await steps.follow(who.page, who.page.getByRole('link', { name: words.draftBanner }));
    assert.equal(await caption().inputValue(), 'Not yet');
    await caption().fill('Now');
    await who.page.getByRole('radio', { name: /^Followers/ }).check();
    await who.page.getByText(words.saved, { exact: true }).waitFor();
    await until('it to be stored', 5_000, async () => {
      const draft = await api.get(`/videos/${id}`);
      return draft.caption === 'Now' && draft.audience === 'followers' && draft.draft === true;
    });
    await who.screenshot('studio-draft', { fullPage: true });
    await steps.follow(who.page, button(words.publish));
    assert.equal(new URL(who.page.url()).pathname, paths.video(id));
    assert.equal((await api.get(`/videos/${id}`)).draft, false);
  });

  test('another frame is made anew, and shown as it was made', async () => {
    await steps.pick(who.page, await clip());
    await ready();
    await who.page.getByRole('radio', { name: words.frameFollow }).check();
    await who.page.getByText(/^Getting ready/).first().waitFor();
    await ready();
    const made = who.page.locator('[data-made]');
    await until('what was made to play', 20_000, () => made.evaluate((video) => !video.hidden && video.readyState >= 2));
    assert.match(await made.getAttribute('src'), /^\/media\//);
    await who.screenshot('studio-follow');
  });

  const frame = () => who.page.getByRole('slider', { name: words.frameAt });
  const anew = () => who.page.waitForResponse((answer) => answer.url().endsWith('/framing') && answer.request().method() !== 'GET');

  // A draft whose frame follows, made ready, and its page with the panel open.
  async function follows(page = who.page) {
    const id = await api.draft(await clip({ seconds: 4 }));
    await api.patch(`/videos/${id}`, { reframe: 'follow' });
    await api.ready(id);
    await page.goto(`/upload/${id}`);
    await page.getByText(words.adjust).first().click();
    await page.getByRole('slider', { name: words.frameAt }).waitFor();
    return id;
  }

  // The middle of the frame for the left and the right edge of a picture of 16:9.
  const edges = [81 / 512, 1 - 81 / 512];
  const alike = (a, b) => assert.ok(Math.abs(a - b) < 0.002, `${a} is not ${b}`);

  test('the frame is adjusted by keyboard, used, and made so; then it is found again', async () => {
    const id = await follows();
    const before = await api.get(`/videos/${id}/framing`);
    assert.equal(before.by_hand, false);
    const moment = who.page.getByRole('slider', { name: words.moment });
    await moment.focus();
    await who.page.keyboard.press('Home');
    await frame().focus();
    await who.page.keyboard.press('Home');
    assert.equal(await frame().getAttribute('aria-valuetext'), '0% from the left');
    await who.page.getByText(words.aimChanged).last().waitFor();
    await who.screenshot('studio-aim');
    await button(words.reset).click();
    assert.equal(await button(words.reset).count(), 0, 'nothing is changed any more');

    await frame().focus();
    await who.page.keyboard.press('Home');
    await moment.focus();
    await who.page.keyboard.press('PageUp');
    await who.page.keyboard.press('PageUp');
    await frame().focus();
    await who.page.keyboard.press('End');
    await button(words.jumpHere).click();
    const answer = anew();
    await button(words.useThis).click();
    const video = await (await answer).json();
    assert.equal(video.reframe, 'follow');
    await until('it to be ready again', 60_000, async () => (await api.get(`/videos/${id}`)).state === 'ready');
    const set = await api.get(`/videos/${id}/framing`);
    assert.equal(set.by_hand, true);
    const [first] = set.path;
    const jump = set.path.find((key) => Math.abs(key.at_ms - 2000) < 100);
    assert.ok(first.at_ms < 100, `the first is at ${first.at_ms} ms`);
    assert.equal(jump.cut, true);
    [first.x, jump.x].forEach((x, i) => alike(x, edges[i]));
    await ready();
    await who.page.getByText(words.frameByHand).waitFor();
    await who.screenshot('studio-aimed');

    await who.page.getByText(words.adjust).first().click();
    await who.page.getByText(words.findAgain).first().click();
    const found = anew();
    await button(words.findAgain).click();
    assert.equal((await found).status(), 200);
    await until('it to be found again', 60_000, async () => (await api.get(`/videos/${id}`)).state === 'ready');
    assert.deepEqual(await api.get(`/videos/${id}/framing`), before);
  });

  test('the frame is dragged by a finger, and what is seen is published', async () => {
    const id = await follows();
    await frame().evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const stage = await who.page.locator('[data-aim="stage"]').boundingBox();
    const client = await who.context.newCDPSession(who.page);
    const touch = (type, x) => client.send('Input.dispatchTouchEvent', {
      type, touchPoints: x === undefined ? [] : [{ x, y: stage.y + stage.height / 2 }],
    });
    await touch('touchStart', stage.x + stage.width * 0.03);
    for (let i = 1; i <= 20; i += 1) {
      await touch('touchMove', stage.x + stage.width * (0.03 + i / 21));
      await who.page.waitForTimeout(12);
    }
    await touch('touchEnd');
    await until('the frame to be at the edge', 5_000, async () => (await frame().getAttribute('aria-valuenow')) === '100');
    await button(words.deletePoint).waitFor();
    await who.screenshot('studio-aim-dragged');
    await steps.follow(who.page, button(words.publish));
    const { by_hand, path } = await api.get(`/videos/${id}/framing`);
    assert.equal(by_hand, true);
    assert.ok(path.some((key) => Math.abs(key.x - edges[1]) < 0.002), JSON.stringify(path));
    await until('it to go out', 60_000, async () => (await api.get(`/videos/${id}`)).draft === false);
  });

  test('it is scheduled, the time is taken back, and it goes out by itself when it has come', async () => {
    await steps.pick(who.page, await clip());
    await ready();
    await who.page.getByText(words.schedule).click();
    await who.page.getByLabel(words.scheduleAt).fill(local(Date.now() - 3_600_000));
    await button(words.scheduleDo).click();
    await who.page.getByText('Choose a time that is still to come.').waitFor();
    const at = Math.ceil(Date.now() / 60_000) * 60_000 + 86_400_000;
    await who.page.getByLabel(words.scheduleAt).fill(local(at));
    await who.screenshot('studio-schedule');
    const stored = who.page.waitForResponse((answer) => answer.request().method() === 'PATCH');
    await button(words.scheduleDo).click();
    await stored;
    await who.page.getByText(words.goesOut).first().waitFor();
    const id = await onlyDraft();
    assert.equal(Date.parse((await api.get(`/videos/${id}`)).publish_at), at);
    await who.page.getByRole('region', { name: words.drafts }).getByText(words.goesOut).first().waitFor();
    await who.screenshot('studio-planned');

    await who.page.goto(`/upload/${id}`);
    await who.page.getByText(words.schedule).click();
    await button(words.unschedule).click();
    await until('the time to be taken back', 5_000, async () => (await api.get(`/videos/${id}`)).publish_at === null);

    const soon = Date.now() + 3_000;
    await api.patch(`/videos/${id}`, { publish_at: new Date(soon).toISOString() });
    await until('it to go out', 60_000, async () => (await api.get(`/videos/${id}`)).draft === false, 500);
    assert.ok(Date.now() >= soon, 'not before its time');
    assert.equal((await api.videosOf(handle)).length, 1);
  });

  test('what is going up, what is unfinished and a draft are discarded', async () => {
    await line(slow);
    await steps.pick(who.page, heavy);
    await beyond(0.05);
    await who.page.getByText('Discard', { exact: true }).click();
    await button(words.discardConfirm).click();
    await until('nothing to be left', 5_000, async () => (await unfinished()).length === 0);
    await until('the card to go', 5_000, async () => (await items().count()) === 0);

    await api.draft(heavy, { bytes: 1000 });
    const id = await api.draft(await clip(), { caption: 'Away with it' });
    for (const shelf of [words.unfinished, words.drafts]) {
      await who.page.goto('/upload');
      const region = who.page.getByRole('region', { name: shelf });
      await region.getByText(words.discard).first().click();
      await steps.follow(who.page, region.getByRole('button', { name: words.discardConfirm }));
    }
    assert.deepEqual(await unfinished(), []);
    assert.equal((await api.send('GET', `/videos/${id}`)).status, 404);
  });

  test('without JavaScript a draft is saved, scheduled, published, and an upload is discarded', async () => {
    await api.draft(heavy, { bytes: 1000 });
    const id = await api.draft(await clip(), { caption: 'By tus' });
    await api.ready(id);
    const plain = await person(browser, server.url, { javaScriptEnabled: false });
    const { page } = plain;
    await steps.signIn(page, handle);
    await steps.openUpload(page);
    const region = page.getByRole('region', { name: words.unfinished });
    await region.locator('summary').click();
    await steps.follow(page, region.getByRole('button', { name: words.discardConfirm }));
    assert.deepEqual(await unfinished(), []);
    await page.getByText(words.discarded).waitFor();

    await steps.follow(page, page.getByRole('link', { name: words.goOn }));
    await plain.screenshot('studio-nojs-draft', { fullPage: true });
    await page.getByRole('textbox', { name: words.caption }).fill('By hand');
    await steps.follow(page, page.getByRole('button', { name: words.save, exact: true }));
    assert.equal((await api.get(`/videos/${id}`)).caption, 'By hand');

    await page.getByText(words.schedule).click();
    await page.getByText('Give the time in UTC.').waitFor();
    const at = Math.ceil(Date.now() / 60_000) * 60_000 + 86_400_000;
    await page.getByLabel(words.scheduleAt).fill(new Date(at).toISOString().slice(0, 16));
    await steps.follow(page, page.getByRole('button', { name: words.scheduleDo, exact: true }));
    assert.equal(Date.parse((await api.get(`/videos/${id}`)).publish_at), at);

    await page.goto(`/upload/${id}`);
    await steps.follow(page, page.getByRole('button', { name: words.publish, exact: true }));
    assert.equal(new URL(page.url()).pathname, paths.video(id));
    assert.equal((await api.get(`/videos/${id}`)).draft, false);
    plain.assertNoProblems();
    await plain.close();
  });

  for (const [where, options] of [['phone', {}], ['desk', desk]]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`WCAG 2.2 AA: ${where}, ${colorScheme}`, async () => {
        await api.draft(heavy, { bytes: 1000 });
        const id = await api.draft(await clip(), { caption: 'Looked at' });
        await api.ready(id);
        const eye = await person(browser, server.url, { colorScheme, ...options });
        const found = [];
        const look = async (name) => {
          found.push(...(await eye.axe()).map((violation) => `${name}: ${violation}`));
          await eye.screenshot(`studio-${name}-${where}-${colorScheme}`);
        };
        await steps.signIn(eye.page, handle);
        await steps.openUpload(eye.page);
        await look('shelves');
        await steps.follow(eye.page, eye.page.getByRole('link', { name: words.goOn }));
        await eye.page.getByText(words.schedule).click();
        await look('draft');
        await eye.page.goto('/upload');
        await steps.pick(eye.page, await clip({ hue: 60 }), await clip({ hue: 120 }));
        await eye.page.getByText(words.ready).first().waitFor({ timeout: 60_000 });
        await look('list');
        await eye.page.getByRole('heading', { name: /clip-/ }).first().getByRole('button').click();
        await look('open');
        await follows(eye.page);
        await eye.page.getByRole('slider', { name: words.frameAt }).focus();
        await eye.page.keyboard.press('End');
        await look('aim');
        assert.deepEqual(found, []);
        eye.assertNoProblems();
        await eye.close();
      });
    }
  }
});
