// Finding, on a phone: people one may know, search that forgives slips, hashtags; with scripts and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths } from './lib/words.js';

let server, browser, cat;
const main = (page) => page.getByRole('main');
const signedIn = async (api, options = {}) => {
  const who = await person(browser, server.url, options);
  await who.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
  return who;
};
const noBarriers = async (who, name) => {
  await who.screenshot(name);
  assert.deepEqual(await who.axe(), [], name);
};

// Somebody who follows two people, who both follow cat; eve follows them.
const circle = async (me) => {
  const mine = await Api.join(server.url, me);
  for (const name of ['ann', 'bob']) {
    const friend = await Api.join(server.url, `${name}.${me}`);
    await mine.put(`/accounts/${name}.${me}/follow`);
    await friend.put('/accounts/cat.sings/follow');
  }
  await (await Api.join(server.url, `eve.${me}`)).put(`/accounts/${me}/follow`);
  return mine;
};

before(async () => {
  server = await startServer();
  browser = await launch();
  cat = await Api.join(server.url, 'cat.sings');
  await cat.upload(await clip({ hue: 200 }), { caption: 'Saxophone by the river #nightmusic with @cat.sings' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('people one may know: reasons, following, dismissing', { timeout: 120_000 }, async () => {
  const who = await signedIn(await circle('mia'));
  const { page } = who;
  await page.goto('/');
  await steps.openProfile(page);
  await who.screenshot('finding-own-profile');
  await steps.follow(page, page.getByRole('link', { name: 'Find people' }));
  await main(page).getByText('Followed by 2 people you follow').waitFor();
  await main(page).getByText('Follows you').first().waitFor();
  await noBarriers(who, 'finding-people');
  const follow = main(page).getByRole('button', { name: 'Follow @cat.sings' });
  await follow.click();
  await main(page).getByRole('button', { name: 'Following @cat.sings' }).waitFor();
  await steps.follow(page, main(page).getByRole('button', { name: 'Do not suggest @eve.mia again' }));
  await page.getByText('Not suggested to you again.').waitFor();
  await page.getByRole('heading', { name: 'Nobody to suggest yet' }).waitFor();
  await noBarriers(who, 'finding-nobody');
  who.assertNoProblems();
  await who.close();
});

test('search forgives slips, and hashtags lead on', { timeout: 120_000 }, async () => {
  const who = await signedIn(await Api.join(server.url, 'seeker'), { colorScheme: 'dark' });
  const { page } = who;
  await page.goto('/');
  await page.getByRole('article').first().waitFor();
  await who.screenshot('finding-feed');
  await steps.follow(page, page.getByRole('link', { name: 'Search', exact: true }));
  await noBarriers(who, 'finding-search');
  const look = async (words) => {
    await page.getByRole('searchbox').fill(words);
    await steps.follow(page, page.getByRole('button', { name: 'Search', exact: true }));
  };
  await look('saxophne');
  await main(page).getByRole('link', { name: /Saxophone by the river/ }).waitFor();
  assert.equal(new URL(page.url()).search, '', 'what is looked for stands in no address');
  await look('nightmusic');
  await noBarriers(who, 'finding-found');
  await steps.follow(page, main(page).getByRole('link', { name: '#nightmusic', exact: true }));
  await noBarriers(who, 'finding-tag');
  await steps.follow(page, main(page).getByRole('link', { name: /Saxophone/ }));
  await steps.follow(page, page.getByRole('article').getByRole('link', { name: '#nightmusic', exact: true }));
  assert.equal(new URL(page.url()).pathname, '/tags/nightmusic');
  await page.goto('/search');
  await look('cat.snigs');
  await main(page).getByText('@cat.sings').first().waitFor();
  await look('nothing like that');
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await noBarriers(who, 'finding-nothing');
  await cat.send('PATCH', '/me/privacy', { private_account: true });
  await look('saxophone');
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await cat.send('PATCH', '/me/privacy', { private_account: false });
  await until('the videos to be found again', 10_000, async () => {
    await look('saxophone');
    return (await main(page).getByRole('link', { name: /Saxophone/ }).count()) === 1;
  });
  who.assertNoProblems();
  await who.close();
});

test('the same without JavaScript', { timeout: 120_000 }, async () => {
  const who = await signedIn(await circle('plain'), { javaScriptEnabled: false });
  const { page } = who;
  await page.goto('/people');
  await steps.follow(page, main(page).getByRole('button', { name: 'Follow @cat.sings' }));
  assert.equal(new URL(page.url()).pathname, '/people');
  assert.equal(await page.getByText('@cat.sings').count(), 0, 'who is followed is suggested no more');
  await page.goto('/search');
  await page.getByRole('searchbox').fill('nightmusic');
  await steps.follow(page, page.getByRole('button', { name: 'Search', exact: true }));
  await main(page).getByRole('link', { name: '#nightmusic', exact: true }).waitFor();
  await who.close();
});

// Both switches, thrown where people find them; what others see of it.
for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'js' : 'plain';
  test(`who switches finding off is suggested to nobody, and found by nobody (${how})`, { timeout: 120_000 }, async () => {
    const handle = `hana.${how}`;
    const hana = await Api.join(server.url, handle);
    await hana.send('PATCH', '/me', { display_name: `Hanako ${how}` });
    const looking = await Api.join(server.url, `looks.${how}`);
    for (const name of [`xena.${how}`, `yuri.${how}`]) {
      const friend = await Api.join(server.url, name);
      await looking.put(`/accounts/${name}/follow`);
      await friend.put(`/accounts/${handle}/follow`);
    }
    const [owner, other] = [await signedIn(hana, { javaScriptEnabled }), await signedIn(looking, { javaScriptEnabled })];
    const switches = async (name, on) => {
      await owner.page.goto('/');
      await steps.openSettings(owner.page);
      await steps.follow(owner.page, main(owner.page).getByRole('link', { name: /^Privacy Your account is/ }));
      const button = owner.page.getByRole('switch', { name });
      await steps.follow(owner.page, button);
      assert.equal(await button.getAttribute('aria-checked'), String(on));
    };
    const named = main(other.page).getByText(`@${handle}`, { exact: true });
    const suggested = async () => {
      await other.page.goto('/people');
      return (await named.count()) > 0;
    };
    const found = async (words) => {
      await other.page.goto('/search');
      await other.page.getByRole('searchbox').fill(words);
      await steps.follow(other.page, other.page.getByRole('button', { name: 'Search', exact: true }));
      return (await named.count()) > 0;
    };
    await until('the account to be found', 10_000, () => found(handle), 200);
    assert.ok(await suggested());
    await other.screenshot(`finding-before-${how}`);

    await switches('Allow others to find me', false);
    assert.equal(await suggested(), false, 'in nobody’s suggestions');
    await other.screenshot(`finding-after-${how}`);
    assert.ok(await found(handle), 'search by name has a switch of its own');

    await switches('Found by search', false);
    for (const words of [handle, `hana ${how}`, `Hanako ${how}`]) assert.equal(await found(words), false, words);
    assert.equal((await other.page.goto(paths.profile(handle))).status(), 200, 'the address still leads there');

    await switches('Allow others to find me', true);
    assert.ok(await suggested());
    await switches('Found by search', true);
    await until('the account to be found again', 10_000, () => found(`Hanako ${how}`), 200);
    for (const who of [owner, other]) {
      who.assertNoProblems();
      await who.close();
    }
  });
}

test('right to left', { timeout: 120_000 }, async () => {
  const who = await signedIn(await circle('laila'), { locale: 'ar', colorScheme: 'dark' });
  await who.page.goto('/people');
  await noBarriers(who, 'finding-rtl-people');
  await who.page.goto('/search');
  await who.page.getByRole('searchbox').fill('cat');
  await steps.follow(who.page, who.page.locator('.seek button'));
  await noBarriers(who, 'finding-rtl-found');
  await who.page.goto(paths.profile('cat.sings'));
  who.assertNoProblems();
  await who.close();
});
