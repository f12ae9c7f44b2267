// From upload to gone, on a phone, with a real video: the main job of Outro, arrow by arrow.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join as path } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip, probe, sample, scratch } from './lib/clips.js';
import { assertGone, namedBy, neverGiven } from './lib/gone.js';
import { runOutro, startServer, until } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths, words } from './lib/words.js';

const handle = 'mira.leaves';
const never = 'nobody.ever';
const number = '+491701234567';
const caption = 'Crossing at dusk, marked 7f3e1c';

describe('the spine', { timeout: 900_000 }, () => {
  let server, browser, anyone, mira, jon, video, receipt, linkCode, leaveCode;

  before(async () => {
    server = await startServer();
    browser = await launch();
    anyone = new Api(server.url);
    mira = await person(browser, server.url);
    jon = await person(browser, server.url);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  // Each arrow stands on the one before it: after the first failure the rest is skipped, with the server's last words.
  let broken = false;
  const arrow = (name, run) =>
    test(name, async (t) => {
      if (broken) return t.skip('an arrow before this one failed');
      try {
        await run(t);
        for (const who of [mira, jon]) who.assertNoProblems();
      } catch (error) {
        broken = true;
        for (const [who, p] of [['mira', mira], ['jon', jon]]) await p?.screenshot(`failed-${who}`).catch(() => {});
        t.diagnostic((server?.log ?? '').split('\n').slice(-20).join('\n'));
        throw error;
      }
    });

  arrow('joins with a handle and a password', async () => {
    await mira.page.goto('/');
    await mira.screenshot('welcome');
    await steps.join(mira.page, handle);
  });

  arrow('uploads a landscape video and sees its progress', async () => {
    const file = await sample('car-detection.mp4', { seconds: 12, size: '768x432' });
    await steps.upload(mira.page, file, caption);
    await mira.page.getByRole('progressbar', { name: words.preparing }).waitFor();
    await mira.screenshot('processing');
    await mira.page.getByRole('article', { name: words.videoBy(handle) }).waitFor({ timeout: 180_000 });
    await mira.screenshot('uploaded');
    [video] = await anyone.videosOf(handle);
    assert.equal(video.state, 'ready');
    assert.equal(video.caption, caption);
  });

  arrow('it is a proper 9:16 video', async () => {
    const answer = await fetch(new URL(video.renditions[0].url, server.url));
    assert.equal(answer.status, 200);
    const file = path(scratch, 'got.mp4');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const got = await probe(file);
    assert.equal(got.video.codec_name, 'h264');
    assert.equal(got.audio.codec_name, 'aac');
    assert.ok(Math.abs(got.video.width / got.video.height - 9 / 16) < 0.01, `${got.video.width}×${got.video.height}`);
    const part = await fetch(new URL(video.renditions[0].url, server.url), { headers: { range: 'bytes=100-199' } });
    assert.equal(part.status, 206);
    assert.equal((await part.arrayBuffer()).byteLength, 100);
    assert.equal((await fetch(new URL(video.cover_url, server.url))).status, 200);
  });

  arrow('another person sees it in the feed, and swipes', async () => {
    const third = await Api.join(server.url, 'third.person');
    for (const hue of [120, 240]) await third.upload(await clip({ hue }), { caption: `Colours ${hue}` });
    await steps.join(jon.page, 'jon.stays');
    await jon.page.goto('/');
    await until('the first video to play', 20_000, async () => (await inMiddle(jon.page))?.time > 0);
    await jon.screenshot('feed');
    assert.equal((await inMiddle(jon.page)).place, 0);
    await jon.swipe();
    await until('the next video after a swipe', 5_000, async () => (await inMiddle(jon.page))?.place === 1);
    await swipeTo(jon, handle);
    assert.ok(await cardOf(jon.page, handle).getByText(caption).isVisible());
  });

  arrow('it plays, silent until the tap for sound', async () => {
    const first = await until('the video to play', 20_000, async () => {
      const now = await inMiddle(jon.page);
      return now.time > 0 && !now.paused && now;
    });
    await until('its time to grow', 5_000, async () => (await inMiddle(jon.page)).time > first.time + 0.3);
    assert.equal(first.muted, true, 'a browser plays by itself only what is silent');
    await cardOf(jon.page, handle).getByRole('button', { name: words.sound }).tap();
    await until('sound', 3_000, async () => (await inMiddle(jon.page)).muted === false);
    assert.equal((await inMiddle(jon.page)).playing, 1, 'only what is in view plays');

    await jon.swipe((await inMiddle(jon.page)).place === 0 ? 600 : -600);
    const next = await until('another to play', 10_000, async () => {
      const now = await inMiddle(jon.page);
      return now && now.place !== first.place && !now.paused && now;
    });
    assert.equal(next.muted, false, 'sound stays on');
    await swipeTo(jon, handle);
  });

  arrow('and likes it', async () => {
    const like = cardOf(jon.page, handle).getByRole('button', { name: words.like, exact: true });
    await like.tap();
    await until('the like to count', 5_000, async () => (await anyone.videosOf(handle))[0].like_count === 1);
    assert.equal(await like.getAttribute('aria-pressed'), 'true');
    await jon.screenshot('liked');
  });

  arrow('the first person links a phone', async () => {
    await mira.page.goto('/');
    linkCode = await steps.linkPhone(mira.page, server, number);
    await mira.screenshot('phone');
    await steps.openProfile(mira.page);
    await mira.screenshot('profile');
    await steps.openSettings(mira.page);
    await mira.screenshot('settings');
  });

  arrow('downloads the video', async () => {
    const got = await probe(await steps.download(mira.page, caption));
    assert.ok(got.video && got.seconds > 1);
  });

  arrow('nothing that she wrote stands readable', async () => {
    assert.deepEqual(await server.readable([handle, caption, number]), []);
    assert.ok(!server.log.includes(linkCode), 'no code in the log');
  });

  arrow('reads what goes and what stays', async () => {
    await mira.page.goto('/');
    leaveCode = await steps.openLeaving(mira.page, server, number);
    await mira.screenshot('leave');
    await mira.screenshot('leave-whole', { fullPage: true });
    await mira.page.getByRole('region', { name: words.forfeited }).getByText(/refund/).waitFor();
    const kept = await steps.save(mira.page, mira.page.getByRole('link', { name: words.downloadOf(caption) }));
    assert.ok((await probe(kept)).video, 'what is offered for download is the video');
  });

  arrow('a wrong code changes nothing', async () => {
    const wrong = leaveCode === '000000' ? '111111' : '000000';
    await mira.expecting(/status of 4\d\d/, () => steps.confirmLeaving(mira.page, wrong));
    await mira.page.getByText(words.codeWrong).first().waitFor();
    await mira.screenshot('leave-wrong-code');
    assert.equal((await fetch(`${server.url}/api/v1/accounts/${handle}`)).status, 200);
  });

  arrow('enters the code, presses Continue, and is gone', async () => {
    const seen = { media: new URL(video.renditions[0].url, server.url), cover: new URL(video.cover_url, server.url) };
    await steps.confirmLeaving(mira.page, leaveCode);
    await mira.screenshot('gone');
    receipt = await steps.receiptId(mira.page);

    const at = (prefix, suffix = '') => (name) => `${server.url}${prefix}${name}${suffix}`;
    const jonsCookies = (await jon.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
    for (const headers of [{}, { cookie: jonsCookies }]) {
      const id = video.id;
      await assertGone('the profile', at(paths.profile('')), handle, never, { headers });
      await assertGone('the account', at('/api/v1/accounts/'), handle, never, { headers });
      await assertGone('its videos', at('/api/v1/accounts/', '/videos'), handle, never, { headers });
      await assertGone('the video', at('/api/v1/videos/'), id, neverGiven(id), { headers });
      await assertGone('the page of the video', at(paths.video('')), id, neverGiven(id), { headers });
      for (const [what, { href }] of Object.entries(seen)) {
        const name = namedBy(new URL(href).pathname);
        for (const extra of [{}, { range: 'bytes=0-99' }]) {
          await assertGone(`the ${what}`, (n) => href.replace(name, n), name, neverGiven(name), { headers: { ...headers, ...extra } });
        }
      }
    }
  });

  arrow('the other person finds nothing', async () => {
    await jon.expecting(/status of 404/, async () => {
      await jon.page.goto('/');
      await jon.page.getByRole('article').first().waitFor();
      assert.ok(!(await jon.page.content()).includes(handle), 'the feed does not name who left');
      assert.equal(await jon.page.getByText(caption).count(), 0);
      const answer = await jon.page.goto(paths.profile(handle));
      assert.equal(answer.status(), 404);
      await jon.page.getByRole('heading', { name: words.notThere }).waitFor();
      await jon.screenshot('no-longer-there');
    });
    const feed = await (await fetch(`${server.url}/api/v1/feed/for-you`)).text();
    assert.ok(!feed.includes(handle) && !feed.includes(video.id));
  });

  arrow('signing in fails as for a handle that never existed', async () => {
    const refused = [];
    for (const name of [handle, never]) {
      const answer = await anyone.send('POST', '/sessions', { handle: name, password: steps.password });
      refused.push({ status: answer.status, body: await answer.text() });
    }
    assert.deepEqual(refused[0], refused[1]);
    assert.equal(refused[0].status, 401);
    const shown = [];
    for (const name of [handle, never]) {
      await mira.expecting(/status of 4\d\d/, async () => {
        await mira.context.clearCookies();
        await steps.signIn(mira.page, name);
        await mira.page.getByText(words.signInRefused).first().waitFor();
        shown.push((await mira.page.getByRole('main').innerText()).replaceAll(name, '<name>'));
      });
    }
    assert.equal(shown[0], shown[1]);
    await mira.screenshot('sign-in-refused');
  });

  arrow('the receipt can be opened and checked', async () => {
    const text = await steps.completeReceipt(server, receipt);
    const file = path(scratch, 'receipt.json');
    await writeFile(file, text);
    const good = await runOutro('receipt', 'verify', file);
    assert.equal(good.code, 0, good.stdout + good.stderr);
    for (const mark of [handle, number, caption]) assert.ok(!text.includes(mark), 'a receipt names nobody');
    await mira.page.goto(`/receipts/${receipt}`);
    await mira.page.getByText(words.receiptComplete).waitFor();
    await mira.screenshot('receipt');

    const document = JSON.parse(text);
    document.note = document.note.replace(/[A-Za-z](?=[^A-Za-z]*$)/, (c) => (c === 'A' ? 'B' : 'A'));
    await writeFile(file, JSON.stringify(document));
    assert.notEqual((await runOutro('receipt', 'verify', file)).code, 0, 'a changed receipt is refused');
  });

  arrow('and nothing readable is left behind', async () => {
    assert.deepEqual(await server.readable([handle, caption, number, video.id]), []);
  });
});

// The video that is in the middle of the screen, its place among all, and how many play.
function inMiddle(page) {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('article video')];
    const place = all.findIndex((v) => {
      const { top, bottom } = v.getBoundingClientRect();
      return top < innerHeight / 2 && bottom > innerHeight / 2;
    });
    if (place < 0) return null;
    const { currentTime: time, paused, muted } = all[place];
    return { place, time, paused, muted, playing: all.filter((v) => !v.paused).length };
  });
}

function cardOf(page, handle) {
  return page.getByRole('article', { name: words.videoBy(handle), exact: true }).first();
}

// Swipes to the card, up or down.
async function swipeTo(who, handle) {
  for (let swipes = 0; swipes < 10; swipes += 1) {
    await who.page.waitForTimeout(600);
    const { y, height } = await cardOf(who.page, handle).boundingBox();
    const middle = who.page.viewportSize().height / 2;
    if (y < middle && y + height > middle) return;
    await who.swipe(y > middle ? 600 : -600);
  }
  assert.fail(`no swipe leads to the video of ${handle}`);
}
