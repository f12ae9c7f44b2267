// Following, on a phone: ask, be accepted, see; block, and neither is there for the other; stop following.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const caption = 'For those I know';
const main = (page) => page.getByRole('main');
const followButton = (page, name) => main(page).getByRole('button', { name }).first();

describe('following', { timeout: 400_000 }, () => {
  let server, browser, nora, vera, api, video;

  before(async () => {
    server = await startServer();
    browser = await launch();
    nora = await person(browser, server.url);
    vera = await person(browser, server.url);
    api = await Api.join(server.url, 'ola.public');
    for (const hue of [20, 200]) await api.upload(await clip({ hue }), { caption: `Open to all ${hue}` });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  let broken = false;
  const arrow = (name, run) =>
    test(name, async (t) => {
      if (broken) return t.skip('an arrow before this one failed');
      try {
        await run(t);
        for (const who of [nora, vera]) who.assertNoProblems();
      } catch (error) {
        broken = true;
        for (const [who, p] of [['nora', nora], ['vera', vera]]) await p?.screenshot(`failed-${who}`).catch(() => {});
        t.diagnostic((server?.log ?? '').split('\n').slice(-20).join('\n'));
        throw error;
      }
    });
  const noBarriers = async (who, name) => {
    await who.screenshot(name);
    assert.deepEqual(await who.axe(), [], name);
  };

  arrow('two people join; one is private', async () => {
    await steps.join(nora.page, 'nora.asks');
    await steps.join(vera.page, 'vera.private');
    await steps.upload(vera.page, await clip({ hue: 90 }), caption);
    await steps.goPrivate(vera.page);
    await until('the video', 120_000, async () => {
      const answer = await vera.page.request.get('/api/v1/accounts/vera.private/videos');
      [video] = (await answer.json()).items;
      return video?.state === 'ready';
    }, 200);
  });

  arrow('a stranger sees the card and what following will need', async () => {
    await nora.page.goto(paths.profile('vera.private'));
    await main(nora.page).getByText(words.lockedAsk).waitFor();
    await noBarriers(nora, 'graph-locked');
    assert.equal((await nora.page.request.get(video.cover_url)).status(), 404);
  });

  arrow('asks, without leaving the page', async () => {
    await followButton(nora.page, words.follow).tap();
    await followButton(nora.page, words.requested).waitFor();
    await main(nora.page).getByText(words.lockedAsked).waitFor();
    await nora.screenshot('graph-requested');
    await nora.page.reload();
    await followButton(nora.page, words.requested).waitFor();
  });

  arrow('the other is asked, and accepts', async () => {
    await steps.openProfile(vera.page);
    await vera.screenshot('graph-own-profile');
    await steps.follow(vera.page, main(vera.page).getByRole('link', { name: words.followRequests }));
    await main(vera.page).getByText('@nora.asks').first().waitFor();
    await noBarriers(vera, 'graph-requests');
    await steps.follow(vera.page, followButton(vera.page, words.accept));
    await main(vera.page).getByText(words.noRequests).waitFor();
  });

  arrow('now the videos are there, and stand in the profile', async () => {
    await nora.page.goto(paths.profile('vera.private'));
    await followButton(nora.page, words.following).waitFor();
    await nora.page.getByRole('link', { name: caption }).waitFor();
    assert.equal((await nora.page.request.get(video.cover_url)).status(), 200);
    await noBarriers(nora, 'graph-following');
    await steps.follow(nora.page, main(nora.page).getByRole('link', { name: words.followersCount }));
    await main(nora.page).getByText('@nora.asks').first().waitFor();
    await noBarriers(nora, 'graph-followers');
  });

  arrow('unfollowing closes the profile at once', async () => {
    await nora.page.goto(paths.profile('vera.private'));
    await nora.expecting(/404/, async () => {
      await followButton(nora.page, words.following).tap();
      await main(nora.page).getByText(words.lockedAsk).waitFor();
    });
    assert.equal(await nora.page.getByText(caption).count(), 0);
    assert.equal((await nora.page.request.get(video.cover_url)).status(), 404);
  });

  arrow('follows somebody from the player', async () => {
    await nora.page.goto('/');
    const plus = nora.page.getByRole('button', { name: words.followOf('ola.public') }).first();
    await plus.waitFor();
    await nora.screenshot('graph-feed');
    await plus.tap();
    await until('the plus to go', 5_000, async () => !(await plus.isVisible()));
    await nora.page.goto(paths.profile('ola.public'));
    await followButton(nora.page, words.following).waitFor();
    await followButton(nora.page, words.following).tap();
    await followButton(nora.page, words.follow).waitFor();
    await followButton(nora.page, words.follow).tap();
    await followButton(nora.page, words.following).waitFor();
    await api.put('/accounts/nora.asks/follow');
    await nora.page.reload();
    await followButton(nora.page, words.friends).waitFor();
  });

  arrow('mutes: not brought up, and still there', async () => {
    await nora.page.getByLabel(words.accountMenu).tap();
    await noBarriers(nora, 'graph-menu');
    await steps.follow(nora.page, followButton(nora.page, words.mute));
    await nora.page.getByRole('link', { name: /Open to all 200/ }).waitFor();
    // Seen videos do not come back by themselves: the feed is begun anew.
    await nora.page.goto('/?again=true');
    assert.ok(!(await nora.page.content()).includes('ola.public'), 'the feed does not bring up who is muted');
    await steps.openSettings(nora.page);
    await steps.follow(nora.page, main(nora.page).getByRole('link', { name: words.mutedAccounts }));
    await noBarriers(nora, 'graph-muted');
    await steps.follow(nora.page, followButton(nora.page, words.unmute));
    await nora.page.goto('/?again=true');
    await nora.page.getByRole('article').first().waitFor();
  });

  arrow('blocks: neither is there for the other', async () => {
    await nora.page.goto(paths.profile('vera.private'));
    await nora.page.getByLabel(words.accountMenu).tap();
    await main(nora.page).getByText(words.block).first().tap();
    await nora.screenshot('graph-block');
    await steps.follow(nora.page, followButton(nora.page, words.blockOf('vera.private')));
    await main(nora.page).getByText('@vera.private').first().waitFor();
    await noBarriers(nora, 'graph-blocked');
    for (const [who, other] of [[nora, 'vera.private'], [vera, 'nora.asks']]) {
      await who.expecting(/404/, async () => {
        assert.equal((await who.page.goto(paths.profile(other))).status(), 404);
        await who.page.getByRole('heading', { name: words.notThere }).waitFor();
      });
    }
    await nora.page.goto('/settings/blocked');
    await steps.follow(nora.page, followButton(nora.page, words.unblock));
    assert.equal((await nora.page.goto(paths.profile('vera.private'))).status(), 200);
  });

  arrow('the same without JavaScript', async () => {
    const plain = await person(browser, server.url, { javaScriptEnabled: false });
    await steps.join(plain.page, 'plain.follows');
    await plain.page.goto(paths.profile('ola.public'));
    await steps.follow(plain.page, followButton(plain.page, words.follow));
    await followButton(plain.page, words.following).waitFor();
    await steps.follow(plain.page, followButton(plain.page, words.following));
    await followButton(plain.page, words.follow).waitFor();
    await plain.page.goto('/');
    await steps.follow(plain.page, plain.page.getByRole('button', { name: words.followOf('ola.public') }).first());
    assert.match(new URL(plain.page.url()).pathname, /^\/v\//, 'back at the video');
    assert.equal(await plain.page.getByRole('button', { name: words.followOf('ola.public') }).count(), 0);
    await plain.close();
  });

  arrow('right to left, and by night', async () => {
    const laila = await person(browser, server.url, { locale: 'ar', colorScheme: 'dark' });
    const token = (await Api.join(server.url, 'laila.reads')).token;
    await laila.context.addCookies([{ name: 'outro_session', value: token, url: server.url }]);
    await laila.page.goto(paths.profile('ola.public'));
    await laila.screenshot('graph-rtl-profile');
    await laila.page.locator('.account-menu > summary').tap();
    await laila.screenshot('graph-rtl-menu');
    await laila.page.goto(`${paths.profile('ola.public')}/followers`);
    await laila.screenshot('graph-rtl-followers');
    assert.deepEqual(await laila.axe(), []);
    laila.assertNoProblems();
    await laila.close();
  });
});
