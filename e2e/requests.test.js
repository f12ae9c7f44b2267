// Asking to follow, on a phone: taken back, declined, all answered at once, asked about with going public; and a
// follower sent away. Each with scripts and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const main = (page) => page.getByRole('main');
const button = (page, name) => main(page).getByRole('button', { name, exact: true });

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function signedIn(api, options) {
  const who = await person(browser, server.url, options);
  await who.context.addCookies([{ name: 'outro_session', value: api.token, url: server.url }]);
  return who;
}

// A private account, and people who have asked to follow it.
async function asked(handle, count) {
  const owner = await Api.join(server.url, handle);
  await owner.send('PATCH', '/me/privacy', { private_account: true });
  const askers = [];
  for (let number = 1; number <= count; number += 1) {
    const asker = await Api.join(server.url, `${handle.slice(0, 16)}.q${number}`);
    assert.equal((await asker.put(`/accounts/${handle}/follow`)).state, 'requested');
    askers.push(asker);
  }
  return { owner, askers };
}

// Whether what is for followers is open to somebody.
const sees = async (api, handle) => (await api.send('GET', `/accounts/${handle}/followers`)).status === 200;
const followers = async (owner, handle) => (await owner.get(`/accounts/${handle}`)).follower_count;
const waiting = async (owner) => (await owner.get('/me/follow-requests')).items.length;

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'js' : 'plain';
  const act = (page, target) => (javaScriptEnabled ? target.tap() : steps.follow(page, target));

  test(`a request is taken back, and is gone for the other too (${how})`, { timeout: 120_000 }, async () => {
    const handle = `take.back.${how}`;
    const { owner } = await asked(handle, 0);
    const who = await signedIn(await Api.join(server.url, `asks.back.${how}`), { javaScriptEnabled });
    await who.page.goto(paths.profile(handle));
    await act(who.page, main(who.page).getByRole('button', { name: words.follow }));
    const requested = main(who.page).getByRole('button', { name: words.requested });
    await requested.waitFor();
    assert.equal(await waiting(owner), 1);
    await act(who.page, requested);
    await main(who.page).getByRole('button', { name: words.follow }).waitFor();
    await main(who.page).getByText(words.lockedAsk).waitFor();
    const theirs = await signedIn(owner, { javaScriptEnabled });
    await theirs.page.goto('/requests');
    await theirs.page.getByRole('heading', { name: words.noRequests }).waitFor();
    for (const one of [who, theirs]) {
      one.assertNoProblems();
      await one.close();
    }
  });

  test(`a request is declined, and nobody is told (${how})`, { timeout: 120_000 }, async () => {
    const handle = `declines.${how}`;
    const { owner, askers: [asker] } = await asked(handle, 1);
    const who = await signedIn(owner, { javaScriptEnabled });
    await who.page.goto(paths.profile(handle));
    await steps.follow(who.page, main(who.page).getByRole('link', { name: words.followRequests }));
    await steps.follow(who.page, button(who.page, `Decline @${handle.slice(0, 16)}.q1`));
    await who.page.getByText('Declined.').waitFor();
    await who.page.getByRole('heading', { name: words.noRequests }).waitFor();
    const theirs = await signedIn(asker, { javaScriptEnabled });
    await theirs.page.goto('/activity');
    assert.equal(await main(theirs.page).getByText(`@${handle}`).count(), 0, 'nothing is said');
    await theirs.page.goto(paths.profile(handle));
    await main(theirs.page).getByRole('button', { name: words.follow }).waitFor();
    await main(theirs.page).getByText(words.lockedAsk).waitFor();
    assert.equal(await sees(asker, handle), false);
    assert.equal(await followers(owner, handle), 0);
    for (const one of [who, theirs]) {
      one.assertNoProblems();
      await one.close();
    }
  });

  for (const [press, said, count] of [['Accept all', 'All are accepted.', 3], ['Decline all', 'All are declined.', 0]]) {
    test(`${press}: three at once (${how})`, { timeout: 120_000 }, async () => {
      const handle = `${press.toLowerCase().replace(' ', '.')}.${how}`;
      const { owner, askers } = await asked(handle, 3);
      const who = await signedIn(owner, { javaScriptEnabled });
      await who.page.goto('/requests');
      assert.equal(await main(who.page).getByRole('button', { name: words.accept }).count(), 3);
      await who.screenshot(`requests-three-${how}`);
      await steps.follow(who.page, button(who.page, press));
      await who.page.getByText(said).waitFor();
      await until('all to be answered', 15_000, async () => (await waiting(owner)) === 0);
      assert.equal(await followers(owner, handle), count);
      for (const asker of askers) assert.equal(await sees(asker, handle), count > 0);
      await who.page.goto('/requests');
      await who.page.getByRole('heading', { name: words.noRequests }).waitFor();
      who.assertNoProblems();
      await who.close();
    });
  }

  test(`a follower is sent away without a word (${how})`, { timeout: 120_000 }, async () => {
    const handle = `sends.off.${how}`;
    const owner = await Api.join(server.url, handle);
    const video = await owner.upload(await clip(), { caption: 'For those who follow', audience: 'followers' });
    const [one, other] = [await Api.join(server.url, `fan.one.${how}`), await Api.join(server.url, `fan.two.${how}`)];
    for (const fan of [one, other]) await fan.put(`/accounts/${handle}/follow`);
    const watches = async (api) => (await api.send('GET', `/videos/${video.id}`)).status === 200;
    assert.ok(await watches(one));
    const who = await signedIn(owner, { javaScriptEnabled });
    await who.page.goto(paths.profile(handle));
    await steps.follow(who.page, main(who.page).getByRole('link', { name: words.followersCount }).first());
    await who.screenshot(`followers-own-${how}`);
    await steps.follow(who.page, button(who.page, `Remove follower @fan.one.${how}`));
    await who.page.getByText('They follow you no more.').waitFor();
    assert.equal(await main(who.page).getByText(`@fan.one.${how}`).count(), 0);
    await main(who.page).getByText(`@fan.two.${how}`).first().waitFor();
    assert.deepEqual([await watches(one), await watches(other)], [false, true]);
    const theirs = await signedIn(one, { javaScriptEnabled });
    await theirs.page.goto('/activity');
    assert.equal(await main(theirs.page).getByText(`@${handle}`).count(), 0, 'nothing is said');
    await theirs.page.goto(paths.profile(handle));
    await main(theirs.page).getByRole('button', { name: words.follow }).waitFor();
    for (const person of [who, theirs]) {
      person.assertNoProblems();
      await person.close();
    }
  });

  for (const [choice, left, after] of [[/^Accept them all/, 0, 2], [/^Decline them all/, 0, 0], [/^Let them wait/, 2, 0]]) {
    const word = choice.source.slice(1).split(' ')[0].toLowerCase();
    test(`going public asks what becomes of open requests: ${word} (${how})`, { timeout: 120_000 }, async () => {
      const handle = `open.${word}.${how}`;
      const { owner, askers } = await asked(handle, 2);
      const who = await signedIn(owner, { javaScriptEnabled });
      await steps.openSettings(await at(who.page, '/'));
      await steps.follow(who.page, main(who.page).getByRole('link', { name: /^Privacy Your account is/ }));
      await steps.follow(who.page, main(who.page).getByRole('link', { name: words.privateAccount }));
      await who.page.getByRole('group', { name: 'What becomes of open follow requests?' }).waitFor();
      assert.ok(await who.page.getByRole('radio', { name: /^Let them wait/ }).isChecked(), 'what does least is chosen first');
      await who.page.getByRole('radio', { name: choice }).check();
      await who.screenshot(`going-public-${word}-${how}`, { fullPage: true });
      if (javaScriptEnabled) assert.deepEqual(await who.axe(), []);
      await steps.follow(who.page, button(who.page, 'Make it public'));
      await who.page.getByText('Your account is public now.').waitFor();
      await until('the requests to be answered', 15_000, async () => (await waiting(owner)) === left);
      assert.equal(await followers(owner, handle), after);
      for (const asker of askers) assert.ok(await sees(asker, handle), 'what is public is there for all');
      if (left) {
        await who.page.goto(paths.profile(handle));
        await steps.follow(who.page, main(who.page).getByRole('link', { name: words.followRequests }));
        await steps.follow(who.page, main(who.page).getByRole('button', { name: words.accept }).first());
        await who.page.getByText('Accepted.').waitFor();
        assert.equal(await followers(owner, handle), 1);
      }
      who.assertNoProblems();
      await who.close();
    });
  }
}

test('with nobody waiting, going public asks nothing about requests', { timeout: 60_000 }, async () => {
  const { owner } = await asked('nobody.waits', 0);
  const who = await signedIn(owner);
  await who.page.goto('/settings/privacy/private');
  await button(who.page, 'Make it public').waitFor();
  assert.equal(await who.page.getByRole('group', { name: 'What becomes of open follow requests?' }).count(), 0);
  who.assertNoProblems();
  await who.close();
});

async function at(page, path) {
  await page.goto(path);
  return page;
}
