// The player takes the rendition that is right, changes it while it plays, and has the next video there before it is asked for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip, heavyClip } from './lib/clips.js';
import { startLine } from './lib/line.js';
import { startServer, until } from './lib/server.js';
import { words } from './lib/words.js';

let line, server, browser, sharp, noisy;
before(async () => {
  line = await startLine();
  server = await startServer({ env: { OUTRO_PUBLIC_URL: line.url } });
  line.to = Number(new URL(server.url).port);
  browser = await launch();
  const api = await Api.join(server.url, 'ada.films');
  noisy = await api.upload(await heavyClip({ seconds: 30, size: '720x1280' }), { caption: 'Rain on a window' });
  sharp = await api.upload(await clip({ seconds: 12, size: '1080x1920', source: 'gradients' }), { caption: 'Test card' });
  await api.upload(await clip({ seconds: 12, size: '720x1280', hue: 90, source: 'gradients' }), { caption: 'Another' });
});
after(async () => {
  await browser?.close();
  line?.stop();
  await server?.stop();
});

// What plays on the page, and what was heard of it.
const now = (page) => page.evaluate(() => {
  const video = document.querySelector('[data-clip]');
  const { videoWidth, currentTime, paused, muted, buffered } = video;
  const end = buffered.length ? buffered.end(buffered.length - 1) : 0;
  return { videoWidth, currentTime, paused, muted, ahead: end - currentTime, all: video.parentNode.querySelectorAll('video').length };
});
const plays = (who, width, within = 30_000) =>
  until(`${width} across to play`, within, async () => {
    const { videoWidth, currentTime, paused, all } = await now(who.page);
    return videoWidth === width && currentTime > 0 && !paused && all === 1;
  });

test('each size has its rendition', { timeout: 120_000 }, async () => {
  assert.deepEqual(sharp.renditions.map(({ width }) => width), [480, 720, 1080]);
  const screens = [
    ['a small phone', { deviceScaleFactor: 1 }, 480],
    ['a phone', {}, 720],
    ['a large desk', { viewport: { width: 1280, height: 1500 }, deviceScaleFactor: 1.25, isMobile: false, hasTouch: false }, 1080],
  ];
  for (const [name, options, width] of screens) {
    const who = await person(browser, line.url, options);
    await who.page.goto(`/v/${sharp.id}`);
    await plays(who, width).catch((error) => assert.fail(`${name}: ${error.message}`));
    who.assertNoProblems();
    await who.close();
  }
});

test('where data is saved the lightest plays, and nothing is loaded ahead', { timeout: 60_000 }, async () => {
  const who = await person(browser, line.url);
  await who.context.addInitScript(() => Object.defineProperty(navigator.connection, 'saveData', { value: true }));
  await who.page.goto('/');
  await plays(who, 480);
  await who.page.waitForTimeout(2_000);
  const loaded = await who.page.locator('[data-clip]').evaluateAll((all) => all.filter((one) => one.readyState > 0).length);
  assert.equal(loaded, 1);
  who.assertNoProblems();
  await who.close();
});

test('one may choose, and it is kept', { timeout: 120_000 }, async () => {
  const who = await person(browser, line.url);
  const { page } = who;
  await page.goto(`/v/${sharp.id}`);
  await plays(who, 720);
  const menu = async () => {
    await page.getByRole('button', { name: 'More', exact: true }).tap();
    return page.getByRole('group', { name: 'Quality' });
  };
  let box = await menu();
  assert.ok(await box.getByRole('radio', { name: 'Auto' }).isChecked());
  assert.deepEqual((await box.locator('label').allInnerTexts()).map((text) => text.trim()), ['Auto', '480', '720', '1080']);
  assert.deepEqual(await who.axe(), []);
  await who.screenshot('quality-menu');
  await box.getByText('480', { exact: true }).tap();
  await plays(who, 480);
  await page.reload();
  await plays(who, 480);
  box = await menu();
  assert.ok(await box.getByRole('radio', { name: '480' }).isChecked());
  // From the keyboard as well.
  await box.getByRole('radio', { name: '480' }).focus();
  await page.keyboard.press('ArrowRight');
  await plays(who, 720);
  box = await menu();
  await box.getByText('Auto', { exact: true }).tap();
  assert.equal(await page.evaluate(() => localStorage.getItem('outro.quality')), null);
  who.assertNoProblems();
  await who.close();
});

test('what is paused, silent or loud stays so through a change', { timeout: 60_000 }, async () => {
  const who = await person(browser, line.url);
  const { page } = who;
  await page.goto(`/v/${sharp.id}`);
  await plays(who, 720);
  await page.getByRole('button', { name: words.sound }).first().tap();
  await until('sound', 5_000, async () => !(await now(page)).muted);
  const choose = async (size) => {
    await page.getByRole('button', { name: 'More', exact: true }).tap();
    await page.getByRole('group', { name: 'Quality' }).getByText(size, { exact: true }).tap();
  };
  await choose('480');
  await plays(who, 480);
  assert.equal((await now(page)).muted, false);
  await page.locator('[data-tap]').tap();
  await until('it to rest', 3_000, async () => (await now(page)).paused);
  const { currentTime } = await now(page);
  await choose('1080');
  await until('the other', 15_000, async () => (await now(page)).videoWidth === 1080);
  const then = await now(page);
  assert.ok(then.paused && Math.abs(then.currentTime - currentTime) < 0.1, `${then.currentTime} was ${currentTime}`);
  who.assertNoProblems();
  await who.close();
});

test('the line falls: it steps down and never stands still', { timeout: 120_000 }, async (t) => {
  t.after(() => (line.bits = Infinity));
  line.bits = 12e6;
  const who = await person(browser, line.url);
  const { page } = who;
  await page.goto(`/v/${noisy.id}`);
  await plays(who, 720);
  // Frame by frame: the time that passes, and what of it the video does not go on.
  await page.evaluate(() => {
    const kept = (globalThis.kept = { still: 0, longest: 0, jump: 0, stalls: 0, changes: 0 });
    let [last, time, src] = [performance.now(), null, null];
    const look = (now) => {
      const video = document.querySelector('[data-clip]');
      const on = time === null ? 1 : video.currentTime - time;
      kept.still = on === 0 ? kept.still + now - last : 0;
      kept.longest = Math.max(kept.longest, kept.still);
      if (src && src !== video.currentSrc) {
        kept.changes += 1;
        kept.jump = Math.max(kept.jump, Math.abs(on - (now - last) / 1000));
      }
      [last, time, src] = [now, video.currentTime, video.currentSrc];
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    document.addEventListener('waiting', ({ target }) => (kept.stalls += target.matches('[data-clip]') ? 1 : 0), true);
  });
  await until('something in store', 20_000, async () => (await now(page)).ahead > 4.5);
  line.bits = 2e6;
  await plays(who, 480, 40_000);
  await page.waitForTimeout(2_000);
  const kept = await page.evaluate(() => globalThis.kept);
  t.diagnostic(JSON.stringify(kept));
  assert.equal(kept.changes, 1);
  assert.equal(kept.stalls, 0, 'it never waits');
  assert.ok(kept.longest < 400, `it stands still for ${kept.longest} ms`);
  assert.ok(kept.jump < 0.3, `it jumps by ${kept.jump} s`);
  who.assertNoProblems();
  await who.close();
});

test('the next is there before the swipe, little of it, and what is far holds nothing', { timeout: 90_000 }, async (t) => {
  // A line without any bound would have brought all of it before its first picture is drawn.
  t.after(() => (line.bits = Infinity));
  line.bits = 12e6;
  const who = await person(browser, line.url);
  const { page } = who;
  await page.goto('/');
  const ready = () => page.locator('[data-clip]').evaluateAll((all) => all.map(({ readyState }) => readyState));
  await until('the next two', 30_000, async () => (await ready()).every((state) => state >= 2));
  assert.equal((await ready()).length, 3);
  const ahead = await page.locator('[data-clip]').evaluateAll(([, next]) => next.buffered.end(0));
  assert.ok(ahead < 6, `${ahead} s of the next are loaded`);
  const firstFrame = page.evaluate(() => new Promise((done) => {
    const [, next] = document.querySelectorAll('[data-card]');
    const video = next.querySelector('[data-clip]');
    const begun = performance.now();
    video.requestVideoFrameCallback(() => done(performance.now() - begun));
    next.scrollIntoView({ behavior: 'instant' });
  }));
  assert.ok(await firstFrame < 1_000);
  who.assertNoProblems();
  await who.close();
});

test('a blurred picture stands until the cover is there', { timeout: 60_000 }, async () => {
  const who = await person(browser, line.url);
  const { page } = who;
  let held = true;
  const wait = async (route) => {
    await until('the picture to be asked for', 20_000, async () => !held);
    await route.continue();
  };
  await page.route('**/media/**', wait);
  await page.goto(`/v/${sharp.id}`, { waitUntil: 'domcontentloaded' });
  const drawn = await page.locator('canvas.hash').evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return { solid: data.every((part, i) => i % 4 !== 3 || part === 255), shades: new Set(data).size };
  });
  assert.ok(drawn.solid && drawn.shades > 20, JSON.stringify(drawn));
  await page.waitForTimeout(600);
  await page.screenshot({ path: new URL('./screenshots/quality-placeholder.png', import.meta.url).pathname });
  held = false;
  await until('it to play', 30_000, async () => (await now(page)).currentTime > 0);
  const cover = await page.locator('.cover').evaluate((img) => img.currentSrc);
  assert.match(cover, /cover\.avif$/);
  who.assertNoProblems();
  await who.close();
});
