// The editor in the browser: pieces, texts, captions, a look and a cover over the original, what is made of them, and
// leaving it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';

const desk = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };

describe('the editor', { timeout: 900_000 }, () => {
  let server, browser, who, api, handle, id;
  let numbers = 0;

  before(async () => {
    server = await startServer();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    handle = `editor.${(numbers += 1)}`;
    api = await Api.join(server.url, handle, steps.password);
    who = await person(browser, server.url);
    await steps.signIn(who.page, handle);
    id = await api.draft(await clip({ seconds: 4 }), { caption: 'To be edited' });
    await api.ready(id);
  });
  afterEach(async () => {
    who.assertNoProblems();
    await who.close();
  });

  const main = () => who.page.getByRole('main');
  const button = (name) => main().getByRole('button', { name, exact: true });
  const tab = (name) => main().getByRole('tab', { name, exact: true });
  const pieces = () => main().getByRole('button', { name: /^Piece \d of \d/ });
  const stored = async () => (await api.get(`/videos/${id}/edit`)).edit;

  async function open(video = id) {
    await who.page.goto(`/upload/${video}/edit`);
    await who.page.locator('[data-wait]').waitFor({ state: 'hidden' });
    await pieces().first().waitFor();
    const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    assert.equal(await who.page.evaluate(wider), 0, 'the page is wider than the screen');
  }

  async function seek(ms) {
    const head = main().getByRole('slider', { name: 'Position' });
    await head.evaluate((range, value) => {
      range.value = value;
      range.dispatchEvent(new Event('input', { bubbles: true }));
    }, ms);
  }

  // Where it has not come to its end by then.
  async function pause() {
    if (await button('Pause').isVisible()) await button('Pause').click({ timeout: 3000 }).catch(() => {});
  }

  async function save() {
    await button('Save').click();
    await who.page.getByRole('heading', { name: 'Your edit is ready.' }).waitFor({ timeout: 120_000 });
  }

  test('pieces are parted, trimmed, moved, slowed and left out, step by step and back', async () => {
    await who.page.goto(`/upload/${id}`);
    await who.page.getByRole('link', { name: 'Edit video' }).click();
    await pieces().first().waitFor();
    await who.page.locator('[data-wait]').waitFor({ state: 'hidden' });
    await who.page.waitForTimeout(1500);
    await who.screenshot('edit-open');
    assert.equal(await pieces().count(), 1);
    await seek(1000);
    await button('Split here').click();
    await seek(3000);
    await button('Split here').click();
    assert.equal(await pieces().count(), 3);
    // The middle one, twice as fast, to the end.
    await pieces().nth(1).click();
    await main().getByRole('radio', { name: '2×', exact: true }).check({ force: true });
    await button('Move later').click();
    await until('the pieces to be in order', 5000, async () => /0:01\.0 to 0:03\.0, 2×/.test(await pieces().nth(2).getAttribute('aria-label')));
    // By the keyboard: the first piece begins three tenths later.
    await pieces().nth(0).click();
    const grip = main().getByRole('slider', { name: 'Start of the piece' });
    await grip.focus();
    for (let press = 0; press < 3; press += 1) await who.page.keyboard.press('ArrowRight');
    assert.match(await pieces().nth(0).getAttribute('aria-label'), /0:00\.3 to 0:01\.0/);
    // By a finger: its end half as far.
    const end = await main().getByRole('slider', { name: 'End of the piece' }).boundingBox();
    await who.page.mouse.move(end.x + end.width / 2, end.y + 20);
    await who.page.mouse.down();
    await who.page.mouse.move(end.x + end.width / 2 - 20, end.y + 20, { steps: 4 });
    await who.page.mouse.up();
    const [, to] = (await pieces().nth(0).getAttribute('aria-label')).match(/to (\d:\d\d\.\d)/);
    assert.ok(to < '0:01.0', to);
    await button('Undo').click();
    assert.match(await pieces().nth(0).getAttribute('aria-label'), /to 0:01\.0/);
    await button('Redo').click();
    assert.match(await pieces().nth(0).getAttribute('aria-label'), new RegExp(`to ${to.replace('.', '\\.')}`));
    await button('Undo').click();
    await who.screenshot('edit-pieces');
    await button('Play').click();
    await until('it to play', 10_000, async () => Number(await main().getByRole('slider', { name: 'Position' }).inputValue()) > 300);
    await pause();
    await save();
    await who.screenshot('edit-ready');
    const { duration_ms: length } = await api.get(`/videos/${id}`);
    assert.ok(Math.abs(length - 2700) < 80, `${length}`);
    assert.deepEqual(await stored().then(({ cuts }) => cuts.map(({ from_ms, to_ms, speed }) => [from_ms, to_ms, speed])),
      [[300, 1000, 100], [3000, 4000, 100], [1000, 3000, 200]]);
    await button('Go on editing').click();
    assert.equal(await button('Save').isDisabled(), true);
  });

  test('clips are added, stand between pieces of the original, play across, are made, and go once nothing is made of them', async () => {
    await open();
    const file = await clip({ seconds: 2, size: '360x640', hue: 120 });
    await main().getByLabel('Add clip').setInputFiles(file);
    await until('its piece', 30_000, async () => (await pieces().count()) === 2);
    assert.match(await pieces().nth(1).getAttribute('aria-label'), /^Piece 2 of 2, Clip 1: 0:00\.0 to 0:02\.0, 1×$/);
    assert.match(await pieces().nth(0).getAttribute('aria-label'), /^Piece 1 of 2, Original: 0:00\.0 to 0:04\.0, 1×$/);
    const bin = button('Delete Clip 1');
    assert.equal(await bin.isDisabled(), true, 'a piece of it is there');
    // Between two pieces of the original.
    await seek(2000);
    await button('Split here').click();
    await pieces().nth(2).click();
    await button('Move earlier').click();
    assert.match(await pieces().nth(1).getAttribute('aria-label'), /^Piece 2 of 3, Clip 1/);
    await who.page.waitForTimeout(1500);
    await who.screenshot('edit-clips');
    await bin.scrollIntoViewIfNeeded();
    await who.screenshot('edit-clips-list');
    assert.deepEqual(await who.axe(), []);
    await who.page.evaluate(() => scrollTo(0, 0));
    // It plays from the one file into the other and back.
    const seen = () => who.page.locator('[data-screen] video:visible').evaluate(({ src, currentTime }) => ({ src, currentTime }));
    await seek(1300);
    assert.match((await seen()).src, /\/original$/);
    await button('Play').click();
    await until('the clip to play', 10_000, async () => {
      const { src, currentTime } = await seen();
      return /\/clips\//.test(src) && currentTime > 0.4 && currentTime < 2;
    });
    await who.screenshot('edit-clips-playing');
    await until('the original to go on', 10_000, async () => {
      const { src, currentTime } = await seen();
      return /\/original$/.test(src) && currentTime > 2.2;
    });
    await pause();
    await save();
    const { cuts } = await stored();
    assert.deepEqual(cuts.map(({ clip: of, from_ms, to_ms }) => [!of, from_ms, to_ms]), [[true, 0, 2000], [false, 0, cuts[1].to_ms], [true, 2000, 4000]]);
    const { duration_ms: length } = await api.get(`/videos/${id}`);
    assert.ok(Math.abs(length - 6000) < 100, `${length}`);
    // As it is saved, it stays; once that is saved without it, it goes.
    await button('Go on editing').click();
    await pieces().nth(1).click();
    await button('Delete').click();
    await who.expecting(/409/, async () => {
      await bin.press('Enter');
      await who.page.getByText('is in the video as it was saved').waitFor();
    });
    await save();
    await button('Go on editing').click();
    await bin.press('Enter');
    await until('it to be gone', 10_000, async () => (await bin.count()) === 0);
    assert.deepEqual((await api.get(`/videos/${id}/clips`)).items, []);
    // One can be added once more at any time, and what is no video is not.
    await who.expecting(/422/, async () => {
      const words = { name: 'words.mp4', mimeType: 'video/mp4', buffer: Buffer.from('only words') };
      await main().getByLabel('Add clip').setInputFiles(words);
      await who.page.getByText('not a video').waitFor();
    });
    assert.equal(await pieces().count(), 2);
  });

  test('texts are placed, captions are typed, a look and a cover are chosen, and all of it is made', async () => {
    await open();
    await tab('Text').click();
    await button('Add text').click();
    await main().getByRole('textbox', { name: 'Text' }).fill('Hello {\\an8}\nyou');
    const mark = who.page.locator('.mark-text');
    const before = await mark.boundingBox();
    await mark.focus();
    await who.page.keyboard.press('Shift+ArrowDown');
    await who.page.keyboard.press('Shift+ArrowDown');
    const after = await mark.boundingBox();
    assert.ok(after.y > before.y + 10, 'it moves by the keyboard');
    await who.page.mouse.move(after.x + after.width / 2, after.y + after.height / 2);
    await who.page.mouse.down();
    await who.page.mouse.move(after.x + after.width / 2 + 15, after.y + after.height / 2 + 40, { steps: 4 });
    await who.page.mouse.up();
    assert.ok((await mark.boundingBox()).y > after.y + 25, 'and by a finger');
    await main().getByRole('radio', { name: 'Yellow' }).check({ force: true });
    await main().getByRole('radio', { name: 'Box', exact: true }).check({ force: true });
    await who.screenshot('edit-text');
    await tab('Captions').click();
    await button('Add caption here').click();
    await main().getByRole('textbox', { name: 'What is said' }).fill('Said at the beginning');
    await main().getByLabel('Import .vtt').setInputFiles({
      name: 'captions.vtt', mimeType: 'text/vtt', buffer: Buffer.from('WEBVTT\n\n00:02.500 --> 00:03.500\nOf a file\n'),
    });
    await until('both captions', 10_000, async () =>
      (await main().getByRole('textbox', { name: 'What is said' }).count()) === 2);
    const download = who.page.waitForEvent('download');
    await button('Export .vtt').click();
    const file = await readFile(await (await download).path(), 'utf8');
    assert.match(file, /^WEBVTT\n\n00:00:00\.000 --> 00:00:02\.000\nSaid at the beginning\n/);
    await who.screenshot('edit-captions');
    await tab('Look').click();
    await main().getByRole('radio', { name: 'Warm', exact: true }).press('Space');
    await main().getByRole('slider', { name: 'Contrast' }).focus();
    await who.page.keyboard.press('ArrowRight');
    await who.page.waitForTimeout(800);
    await who.screenshot('edit-look');
    await tab('Cover').click();
    await seek(3200);
    await button('Use this picture').click();
    await main().getByText('The cover is the picture at 0:03.2.').waitFor();
    await who.screenshot('edit-cover');
    assert.deepEqual(await who.axe(), []);
    await save();
    const edit = await stored();
    assert.equal(edit.titles[0].text, 'Hello {\\an8}\nyou');
    assert.deepEqual([edit.titles[0].colour, edit.titles[0].backing, edit.look, edit.contrast, edit.cover_ms], ['yellow', 'box', 'warm', 5, 3200]);
    assert.deepEqual(edit.cuts, []);
    assert.equal(edit.captions.length, 2);
    // Who watches turns the captions on.
    await api.patch(`/videos/${id}`, { draft: false });
    await who.page.goto(`/v/${id}`);
    const showing = () => who.page.locator('[data-clip]').evaluate(({ textTracks }) => textTracks[0].mode);
    assert.notEqual(await showing(), 'showing');
    await who.page.getByRole('button', { name: 'Turn captions on' }).click();
    assert.equal(await showing(), 'showing');
    await until('the captions to be there', 10_000, () =>
      who.page.locator('[data-clip]').evaluate(({ textTracks }) => textTracks[0].cues?.length === 2));
    await who.screenshot('edit-watched');
    assert.deepEqual(await who.axe(), []);
  });

  test('what is published is replaced only after a question, and an edit can be left', async () => {
    await api.patch(`/videos/${id}`, { draft: false });
    await who.page.goto(`/v/${id}`);
    await who.page.getByRole('link', { name: 'Edit video' }).click();
    await pieces().first().waitFor();
    await who.page.locator('[data-wait]').waitFor({ state: 'hidden' });
    await tab('Look').click();
    await main().getByRole('radio', { name: 'Mono', exact: true }).press('Space');
    await button('Save').click();
    await who.page.getByRole('heading', { name: 'Replace what people see?' }).waitFor();
    await who.screenshot('edit-replace');
    assert.deepEqual(await who.axe(), []);
    await button('Not now').click();
    assert.equal((await api.get(`/videos/${id}/edit`)).state, 'none');
    await button('Save').click();
    await button('Replace it').click();
    await who.page.getByRole('heading', { name: 'Making your edit' }).waitFor();
    await who.screenshot('edit-making');
    const cancel = button('Cancel');
    if (await cancel.isVisible()) {
      // It may just have been made: then there is nothing to be cancelled, which the page takes for what it is.
      await who.expecting(/409.*\/cancel/, () => cancel.click({ timeout: 3000 }).catch(() => {}));
      await until('it to be left or made', 60_000, async () => (await api.get(`/videos/${id}/edit`)).state === 'none');
    }
    assert.equal((await api.get(`/videos/${id}`)).state, 'ready');
  });

  test('it reads from right to left, and on a desk', async () => {
    const arabic = await person(browser, server.url, { locale: 'ar' });
    await arabic.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
    await arabic.page.goto(`/upload/${id}/edit`);
    await arabic.page.locator('[data-wait]').waitFor({ state: 'hidden' });
    await arabic.page.locator('[data-clip-file]').setInputFiles(await clip({ seconds: 1, size: '360x640', hue: 120 }));
    await until('its piece', 30_000, async () => (await arabic.page.locator('[data-pieces] > li').count()) === 2);
    await arabic.page.waitForTimeout(1500);
    await arabic.screenshot('edit-arabic');
    await arabic.screenshot('edit-arabic-whole', { fullPage: true });
    assert.deepEqual(await arabic.axe(), []);
    arabic.assertNoProblems();
    await arabic.close();
    const wide = await person(browser, server.url, { ...desk, colorScheme: 'dark' });
    await steps.signIn(wide.page, handle);
    await wide.page.goto(`/upload/${id}/edit`);
    await wide.page.locator('[data-wait]').waitFor({ state: 'hidden' });
    await wide.page.waitForTimeout(1500);
    await wide.screenshot('edit-desk');
    assert.deepEqual(await wide.axe(), []);
    wide.assertNoProblems();
    await wide.close();
  });

  test('every target is as large as a finger', async () => {
    await open();
    for (const name of ['Cut', 'Text', 'Captions', 'Look', 'Cover']) {
      await tab(name).click();
      if (name === 'Text') await button('Add text').click();
      if (name === 'Captions') await button('Add caption here').click();
      const small = await who.page.evaluate(() =>
        [...document.querySelectorAll('main :is(button, a, input:not([type=radio], [type=checkbox], [type=file]), textarea, [role=slider], fieldset label)')]
          .filter((e) => e.checkVisibility() && !e.closest('[data-pieces]'))
          .map((e) => [e, e.getBoundingClientRect()])
          .filter(([, { width, height }]) => width > 1 && (height < 43.5 || width < 36))
          .map(([e, { width, height }]) => `${e.localName} ${e.textContent.trim().slice(0, 20)} ${Math.round(width)} x ${Math.round(height)}`));
      assert.deepEqual(small, [], name);
    }
  });

  test('without scripts a form cuts, speeds up and captions', async () => {
    const plain = await person(browser, server.url, { javaScriptEnabled: false });
    await steps.signIn(plain.page, handle);
    await plain.page.goto(`/upload/${id}/edit`);
    await plain.page.getByRole('spinbutton', { name: /From/ }).fill('1');
    await plain.page.getByRole('spinbutton', { name: /To/ }).fill('3');
    await plain.page.getByRole('combobox', { name: 'Speed' }).selectOption('200');
    await plain.page.getByRole('textbox', { name: 'Captions (WebVTT)' }).fill('WEBVTT\n\n00:00.000 --> 00:00.900\nTyped by hand\n');
    await plain.screenshot('edit-plain', { fullPage: true });
    await plain.page.getByRole('button', { name: 'Save' }).click();
    await plain.page.waitForURL(/done=saved/);
    await until('it to be made', 120_000, async () => (await api.get(`/videos/${id}/edit`)).state === 'none');
    const { duration_ms: length } = await api.get(`/videos/${id}`);
    assert.ok(Math.abs(length - 1000) < 80, `${length}`);
    assert.equal((await stored()).captions[0].text, 'Typed by hand');
    await plain.page.goto(`/upload/${id}/edit`);
    assert.equal(await plain.page.getByRole('spinbutton', { name: /From/ }).inputValue(), '1');
    await plain.close();
  });
});
