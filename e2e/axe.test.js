// Every main page against WCAG 2.2 AA, light and dark, on a phone and on a desk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths } from './lib/words.js';

const handle = 'axe.person';
const desk = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false };

let server, browser;
let numbers = 0;
before(async () => {
  server = await startServer();
  browser = await launch();
  const api = await Api.join(server.url, 'axe.neighbour');
  await api.upload(await clip(), { caption: 'Something to look at #colours' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Each stop leads on from the one before it, as a person walks.
const walk = [
  ['welcome', async (p) => p.page.goto('/')],
  ['join', async (p) => p.page.goto(paths.join)],
  ['sign-in', async (p) => p.page.goto(paths.signIn)],
  ['leave-outside', async (p) => p.page.goto('/leave')],
  ['feed', async (p, name) => { await steps.join(p.page, name); await p.page.goto('/'); await p.page.getByRole('article').first().waitFor(); }],
  ['upload', async (p) => steps.openUpload(p.page)],
  ['profile', async (p) => steps.openProfile(p.page)],
  ['profile-of-another', async (p) => p.page.goto(paths.profile('axe.neighbour'))],
  ['settings', async (p) => steps.openSettings(p.page)],
  ['manage-account', async (p) => steps.openManageAccount(p.page)],
  ['phone', async (p) => steps.openPhone(p.page)],
  ['recovery-codes', async (p) => steps.linkPhone(p.page, server, p.number)],
  ['password', async (p) => p.page.goto('/settings/password')],
  ['phone-linked', async (p) => p.page.goto('/settings/phone')],
  ['leave', async (p) => steps.openLeaving(p.page, server, p.number)],
  ['what-we-keep', async (p) => p.page.goto('/what-we-keep')],
  ['not-there', async (p) => p.expecting(/404/, () => p.page.goto(paths.profile('never.there')))],
];

for (const [where, options] of [['phone', {}], ['desk', desk]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${where}, ${colorScheme}`, { timeout: 180_000 }, async (t) => {
      const who = await person(browser, server.url, { colorScheme, ...options });
      who.number = `+4917011122${String((numbers += 11))}`;
      const found = [];
      for (const [stop, go] of walk) {
        await go(who, `${handle}.${where}.${colorScheme}`);
        await who.page.waitForLoadState();
        found.push(...(await who.axe()).map((violation) => `${stop}: ${violation}`));
        await who.screenshot(`${stop}-${where}-${colorScheme}`);
      }
      t.diagnostic(`${walk.length} pages`);
      assert.deepEqual(found, []);
      who.assertNoProblems();
      await who.close();
    });
  }
}
