// The feeds on a phone: Following, Friends, the reasons, the switch, the end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { words } from './lib/words.js';

let server, browser, makers;
before(async () => {
  server = await startServer();
  browser = await launch();
  makers = [];
  for (const [name, hue] of [['lena.films', 40], ['otto.loops', 160]]) {
    const api = await Api.join(server.url, name);
    await api.upload(await clip({ hue }), { caption: `By ${name}` });
    makers.push(api);
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const heading = (p, name) => p.page.getByRole('heading', { name, exact: true });
const tab = (p, name) => p.page.getByRole('link', { name, exact: true });

async function clean(p, name) {
  assert.deepEqual(await p.axe(), [], name);
  await p.screenshot(`feeds-${name}`);
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'script' : 'plain';
  test(`tabs, reasons, the switch and the reset (${how})`, { timeout: 240_000 }, async () => {
    const mira = await person(browser, server.url, { javaScriptEnabled });
    await steps.join(mira.page, `mira.${how}`);
    await mira.page.goto('/');
    await mira.page.getByRole('article').first().waitFor();

    await mira.page.getByRole('link', { name: /^Why you see this/ }).first().click();
    await mira.page.getByText(/One place in five is kept/).waitFor();
    if (javaScriptEnabled) await clean(mira, `why-${how}`);
    await steps.follow(mira.page, mira.page.getByRole('region', { name: /^Why you see this/ }).getByRole('link', { name: 'Your feed' }));

    const choice = mira.page.getByRole('switch', { name: 'Personalised feed' });
    assert.equal(await choice.getAttribute('aria-checked'), 'true');
    if (javaScriptEnabled) await clean(mira, `settings-${how}`);
    await steps.follow(mira.page, choice);
    assert.equal(await choice.getAttribute('aria-checked'), 'false');
    await steps.follow(mira.page, choice);
    await steps.follow(mira.page, mira.page.getByRole('button', { name: 'Reset my feed' }));
    await mira.page.getByText('Your feed starts anew.').waitFor();

    await mira.page.goto('/');
    await steps.follow(mira.page, tab(mira, 'Following'));
    await heading(mira, 'Nothing here yet').waitFor();
    assert.equal(await tab(mira, 'Following').getAttribute('aria-current'), 'page');
    if (javaScriptEnabled) await clean(mira, `following-empty-${how}`);
    await steps.follow(mira.page, tab(mira, 'Friends'));
    await heading(mira, 'No videos of friends yet').waitFor();
    if (javaScriptEnabled) await clean(mira, `friends-empty-${how}`);
    await steps.follow(mira.page, mira.page.getByRole('link', { name: 'Find people' }));
    assert.equal(new URL(mira.page.url()).pathname, '/people');
    mira.assertNoProblems();
    await mira.close();
  });
}

test('what was watched does not come again, until one starts over', { timeout: 240_000 }, async () => {
  const jon = await person(browser, server.url);
  await steps.join(jon.page, 'jon.watches');
  await jon.page.goto('/');
  await jon.page.getByRole('article').first().waitFor();
  for (let video = 0; video < 2; video += 1) {
    await jon.page.waitForTimeout(3_500);
    await jon.swipe();
  }
  await until('the views to count', 10_000, async () => {
    const [one] = await makers[0].videosOf('lena.films');
    return one.view_count > 0;
  }, 200);
  await jon.page.goto('/');
  await heading(jon, 'That was everything').waitFor();
  assert.equal(await jon.page.getByRole('article').count(), 0);
  await clean(jon, 'end');
  await steps.follow(jon.page, jon.page.getByRole('link', { name: 'Start over' }));
  await jon.page.getByRole('article', { name: words.videoBy('lena.films') }).waitFor();
  jon.assertNoProblems();
  await jon.close();
});

test('from right to left', { timeout: 60_000 }, async () => {
  const reader = await person(browser, server.url, { locale: 'ar' });
  await reader.page.goto('/');
  await reader.page.getByRole('article').first().waitFor();
  await clean(reader, 'arabic');
  reader.assertNoProblems();
  await reader.close();
});
