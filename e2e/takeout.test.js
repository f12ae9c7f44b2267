// Taking everything along: asked for in the settings, made while one looks on, unpacked and browsed without a server;
// and leaving by itself once it is downloaded, asked for inside leaving.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';

const { follow } = steps;
const main = (page) => page.getByRole('main');
const open = (page, name) => follow(page, main(page).getByRole('link', { name }).first());
const press = (page, name) => follow(page, main(page).getByRole('button', { name, exact: true }));

let server, browser, folder;
before(async () => {
  server = await startServer();
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), 'outro-takeout-'));
});
after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function signedIn(handle, options) {
  const api = await Api.join(server.url, handle, steps.password);
  const who = await person(browser, server.url, options);
  await steps.signIn(who.page, handle);
  return { api, who, page: who.page };
}

async function unpack(file, name) {
  const into = join(folder, name);
  await promisify(execFile)('python3', ['-m', 'zipfile', '-e', file, into]);
  return into;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  const short = javaScriptEnabled ? 'js' : 'plain';

  test(`everything is taken along and browsed without a network, ${how}`, { timeout: 180_000 }, async () => {
    const { api, who, page } = await signedIn(`mara.${short}`, { javaScriptEnabled });
    const original = await readFile(await clip());
    await api.upload(await clip(), { caption: 'Taken along <b>' });
    await steps.openSettings(page);
    await steps.openManageAccount(page);
    await who.screenshot(`takeout-account-${short}`, { fullPage: true });
    await open(page, /^Download your things/);
    await who.screenshot(`takeout-none-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await who.axe(), []);
    await press(page, 'Make the file');
    await until('the file to be made', 60_000, async () => {
      if (!javaScriptEnabled) await page.reload();
      return page.getByRole('heading', { name: 'Your file is ready' }).isVisible();
    }, 250);
    await who.screenshot(`takeout-ready-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await who.axe(), []);
    const file = await steps.save(page, main(page).getByRole('link', { name: 'Download', exact: true }));
    const unpacked = await unpack(file, short);

    const manifest = JSON.parse(await readFile(join(unpacked, 'manifest.json'), 'utf8'));
    for (const { path, sha256 } of manifest.entries) {
      const sum = createHash('sha256').update(await readFile(join(unpacked, path))).digest('hex');
      assert.equal(sum, sha256, path);
    }
    assert.ok(original.equals(await readFile(join(unpacked, 'videos/original/00001.mp4'))), 'the original, byte for byte');

    // Opened from the disk, on a phone.
    const offline = await person(browser, undefined, { offline: true });
    await offline.page.goto(pathToFileURL(join(unpacked, 'index.html')).href);
    await offline.page.getByText('Taken along <b>').waitFor();
    const seconds = await offline.page.locator('video').evaluate(async (video) => {
      video.muted = true;
      await video.play();
      await new Promise((played) => video.addEventListener('timeupdate', () => video.currentTime > 0.1 && played()));
      return video.duration;
    });
    assert.ok(seconds > 0.5, 'the video plays');
    // Axe asks for the style once more by itself, which a page from a disk may not.
    const axe = () => offline.expecting(/style\.css/, () => offline.axe());
    assert.deepEqual(await axe(), []);
    await offline.screenshot(`takeout-offline-${short}`, { fullPage: true });
    for (const part of ['Settings', 'Sign-ins', 'Messages', 'Follows']) {
      await follow(offline.page, offline.page.getByRole('navigation').getByRole('link', { name: part }));
      assert.deepEqual(await axe(), [], part);
      await offline.screenshot(`takeout-offline-${part.toLowerCase()}-${short}`, { fullPage: true });
    }
    offline.assertNoProblems();
    await offline.close();

    await press(page, 'Delete the file');
    await page.getByText('The file is deleted.').waitFor();
    who.assertNoProblems();
    await who.close();
  });

  test(`leaving comes by itself once the file is downloaded, ${how}`, { timeout: 180_000 }, async () => {
    const handle = `lea.${short}`;
    const { api, who, page } = await signedIn(handle, { javaScriptEnabled });
    await api.upload(await clip(), { caption: 'The last one' });
    await steps.openSettings(page);
    await steps.openManageAccount(page);
    await follow(page, main(page).getByRole('button', { name: /^Thinking about removing/ }));
    await who.screenshot(`takeout-leave-${short}`, { fullPage: true });
    await page.getByLabel('Password', { exact: true }).fill(steps.password);
    await press(page, 'Leave once it is downloaded');
    await page.getByRole('heading', { name: 'You leave once your file is downloaded' }).waitFor();
    await who.screenshot(`takeout-departing-${short}`, { fullPage: true });
    const receipt = (await main(page).locator('code').first().innerText()).trim();
    await open(page, 'To the file');
    await until('the file to be made', 60_000, async () => {
      if (!javaScriptEnabled) await page.reload();
      return page.getByRole('heading', { name: 'Your file is ready' }).isVisible();
    }, 250);
    await who.screenshot(`takeout-waiting-${short}`, { fullPage: true });
    assert.equal((await fetch(`${server.url}/api/v1/accounts/${handle}`)).status, 200, 'still here');
    const file = await steps.save(page, main(page).getByRole('link', { name: 'Download', exact: true }));
    await until('the account to be gone', 20_000, async () =>
      (await fetch(`${server.url}/api/v1/accounts/${handle}`)).status === 404);
    await unpack(file, `left-${short}`);
    await steps.completeReceipt(server, receipt);
    who.assertNoProblems();
    await who.close();
  });
}
