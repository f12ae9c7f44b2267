// The feeds on a phone: Following, Friends, the reasons, the switch, the end.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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

// What stands on the screen: each video with whose it is, and the reason it gives.
const shown = (page) => page.locator('[data-card]').evaluateAll((cards) => cards.map((card) => ({
  id: card.dataset.id,
  by: card.querySelector('.who').textContent.trim(),
  why: card.querySelector('.why')?.textContent.replace(/\s+/g, ' ').trim(),
})));
const small = (hue) => clip({ seconds: 1, size: '180x320', hue });
const ids = (cards) => cards.map((card) => card.id);

// Swipes to the end of a feed; how many pages were asked for on the way.
async function toTheEnd(p) {
  let pages = 1;
  const count = (request) => (pages += new URL(request.url()).searchParams.has('cursor') ? 1 : 0);
  p.page.on('request', count);
  const end = p.page.locator('[data-end]');
  for (let turn = 0; turn < 60 && !(await end.isVisible() && await inView(end)); turn += 1) {
    await p.swipe();
    await p.page.waitForTimeout(350);
  }
  assert.ok(await inView(end), 'swiping comes to the end');
  p.page.off('request', count);
  return pages;
}
const inView = (target) => target.evaluateAll(([e]) => e && Math.abs(e.getBoundingClientRect().top) < innerHeight / 2);

describe('feeds with something in them', { timeout: 400_000 }, () => {
  const names = ['ann.feeds', 'bob.feeds', 'cleo.feeds'];
  let own, fan, apis, published;
  before(async () => {
    own = await startServer();
    fan = await Api.join(own.url, 'fan.feeds');
    apis = [];
    for (const name of names) apis.push(await Api.join(own.url, name));
    published = [];
    // Twelve videos in turn: three pages.
    for (let number = 0; number < 12; number += 1) {
      const file = await small(number * 30);
      published.unshift((await apis[number % 3].upload(file, { caption: `Number ${number}` })).id);
    }
    for (const name of names) await fan.put(`/accounts/${name}/follow`);
    await apis[2].put('/accounts/fan.feeds/follow');
  });
  after(() => own?.stop());
  const visitor = async (options, api = fan) => {
    const p = await person(browser, own.url, options);
    await p.context.addCookies([{ name: 'outro_session', value: api.token, url: own.url }]);
    return p;
  };

  test('Following: by time, page after page without repeats, though others publish meanwhile', async () => {
    const p = await visitor();
    await p.page.goto('/following');
    await p.page.getByRole('article').first().waitFor();
    await p.screenshot('feeds-following');
    assert.ok((await shown(p.page)).length < 12, 'not all at once');
    const late = await apis[0].upload(await small(15), { caption: 'Number 12' });
    const pages = await toTheEnd(p);
    const cards = await shown(p.page);
    assert.deepEqual(ids(cards), published);
    assert.ok(pages >= 3, `${pages} pages`);
    for (const card of cards) assert.equal(card.why, 'Why you see this: You follow its author');
    await p.page.goto('/following');
    assert.equal((await shown(p.page))[0].id, late.id, 'what is new stands first');
    published.unshift(late.id);
    await p.page.getByRole('link', { name: /^Why you see this/ }).first().click();
    await p.page.getByText(/Following shows all of its videos by time/).waitFor();
    await p.screenshot('feeds-following-why');
    p.assertNoProblems();
    await p.close();
  });

  test('Friends: those alone who follow back, by time, each with its reason', async () => {
    const p = await visitor();
    await p.page.goto('/friends');
    await p.page.getByRole('article').first().waitFor();
    await p.screenshot('feeds-friends');
    // So many that there is a second page.
    for (let number = 0; number < 3; number += 1) {
      const video = await apis[2].upload(await small(45 + number * 60), { caption: `Friendly ${number}` });
      published.unshift(video.id);
    }
    await p.page.reload();
    const pages = await toTheEnd(p);
    const cards = await shown(p.page);
    const theirs = (await apis[2].videosOf('cleo.feeds')).map((video) => video.id);
    assert.deepEqual(ids(cards), published.filter((id) => theirs.includes(id)));
    assert.equal(cards.length, 7);
    assert.ok(pages >= 2, `${pages} pages`);
    for (const card of cards) {
      assert.match(card.by, /^@cleo\.feeds/);
      assert.equal(card.why, 'Why you see this: From a friend');
    }
    p.assertNoProblems();
    await p.close();
  });

  test('For You: everything once, page after page, each with its reason', async () => {
    // Somebody who has seen nothing yet.
    const fresh = await Api.join(own.url, 'fresh.feeds');
    await fresh.put('/accounts/ann.feeds/follow');
    const p = await visitor({}, fresh);
    await p.page.goto('/');
    await p.page.getByRole('article').first().waitFor();
    await p.screenshot('feeds-for-you');
    const pages = await toTheEnd(p);
    const cards = await shown(p.page);
    assert.deepEqual(ids(cards).toSorted(), published.toSorted());
    assert.ok(pages >= 3, `${pages} pages`);
    const reasons = /^Why you see this: (New on this site|Liked by many here|You follow its author|You liked others of theirs)$/;
    for (const card of cards) assert.match(card.why, reasons);
    // A page holds no more than it must of one account while there are others.
    assert.ok(new Set(cards.slice(0, 3).map((card) => card.by)).size > 1, 'not one account alone');
    p.assertNoProblems();
    await p.close();
  });

  test('the same by links, without scripts', async () => {
    const p = await visitor({ javaScriptEnabled: false });
    for (const [path, wanted] of [['/following', published], ['/friends', null]]) {
      await p.page.goto(path);
      const found = [];
      for (;;) {
        for (const href of await p.page.locator('article .rail a[aria-label="Share"], article a[data-share]').evaluateAll((all) => all.map((a) => a.getAttribute('href')))) {
          found.push(href.split('/').at(-1));
        }
        assert.equal(await p.page.getByRole('link', { name: /^Why you see this/ }).count(), await p.page.getByRole('article').count());
        const next = p.page.getByRole('link', { name: 'More videos' });
        if ((await next.count()) === 0) break;
        const arrived = p.page.waitForEvent('framenavigated');
        await next.press('Enter');
        await arrived;
        await p.page.waitForLoadState();
      }
      assert.equal(new Set(found).size, found.length, 'no repeats');
      if (wanted) assert.deepEqual(found, wanted);
      else assert.equal(found.length, 7);
    }
    await p.close();
  });
});

test('from right to left', { timeout: 60_000 }, async () => {
  const reader = await person(browser, server.url, { locale: 'ar' });
  await reader.page.goto('/');
  await reader.page.getByRole('article').first().waitFor();
  await clean(reader, 'arabic');
  reader.assertNoProblems();
  await reader.close();
});
