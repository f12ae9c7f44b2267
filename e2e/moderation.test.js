// Reporting on a phone: a video is reported, a moderator looks and hides it, its owner reads why.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { clip } from './lib/clips.js';
import { outro, startServer } from './lib/server.js';
import * as steps from './lib/steps.js';
import { paths } from './lib/words.js';

const run = promisify(execFile);
const main = (page) => page.getByRole('main');
const press = (page, name) => steps.follow(page, main(page).getByRole('button', { name }));

describe('moderation', { timeout: 300_000 }, () => {
  let server, browser, video;
  const people = {};
  const visit = async (handle, options) => {
    const { token } = await Api.join(server.url, handle);
    const who = await person(browser, server.url, options);
    await who.context.addCookies([{ name: 'outro_session', value: token, url: server.url }]);
    return Object.assign(who, { token, api: new Api(server.url, token) });
  };
  const noBarriers = async (who, name) => {
    await who.screenshot(name, { fullPage: true });
    assert.deepEqual(await who.axe(), [], name);
  };
  const admin = (...args) => run(outro, ['admin', ...args, '--data', server.data]);

  before(async () => {
    server = await startServer({ env: { OUTRO_CONTACT: 'desk@outro.test' } });
    browser = await launch();
    for (const handle of ['rita.reports', 'otto.owner', 'mona.mods', 'cara.says']) people[handle.split('.')[0]] = await visit(handle);
    video = await people.otto.api.upload(await clip({ hue: 40 }), { caption: 'Reported in a moment' });
    await people.cara.api.post(`/videos/${video.id}/comments`, { text: 'Nobody wants to see you here' });
    await admin('moderator', 'mona.mods', 'on');
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('a video is reported from its page, and the report stands in the settings', async () => {
    const { rita } = people;
    await rita.page.goto(paths.video(video.id));
    await rita.screenshot('moderation-video');
    await steps.follow(rita.page, rita.page.getByRole('link', { name: 'Report', exact: true }).first());
    await noBarriers(rita, 'moderation-report');
    await rita.page.getByRole('radio', { name: 'Spam or fraud' }).check();
    await rita.page.getByLabel('Anything else? (optional)').fill('The same advert again');
    await press(rita.page, 'Send report');
    await main(rita.page).getByText('A moderator has not decided yet.').waitFor();
    await noBarriers(rita, 'moderation-reports');
    await rita.page.goto(paths.profile('otto.owner'));
    await rita.page.getByLabel('More about this account').tap();
    await main(rita.page).getByRole('link', { name: /^Report Moderators/ }).waitFor();
    // Not in the feed, which does not repeat what was seen.
    await rita.page.goto(paths.video(video.id));
    await rita.page.getByRole('button', { name: 'More', exact: true }).first().tap();
    const inMenu = rita.page.getByRole('dialog').getByRole('link', { name: 'Report' });
    assert.equal(await inMenu.getAttribute('href'), `/videos/${video.id}/report`);
    rita.assertNoProblems();
  });

  test('a comment is reported from the sheet over the video', async () => {
    const { rita, cara } = people;
    await rita.page.goto(paths.video(video.id));
    await rita.page.getByRole('link', { name: 'Comments', exact: true }).first().tap();
    const sheet = rita.page.getByRole('dialog', { name: 'Comments' });
    await sheet.getByLabel('More about the comment by @cara.says').tap();
    await rita.screenshot('moderation-comment-menu');
    await steps.follow(rita.page, sheet.getByRole('link', { name: 'Report' }));
    await main(rita.page).getByRole('heading', { name: 'Report this comment' }).waitFor();
    await rita.page.getByRole('radio', { name: 'Harassment or bullying' }).check();
    await press(rita.page, 'Send report');
    assert.equal(await main(rita.page).getByText('A moderator has not decided yet.').count(), 2);
    // One's own comment has no such thing.
    await cara.page.goto(`${paths.video(video.id)}/comments`);
    await cara.page.getByLabel('More about the comment by @cara.says').tap();
    assert.equal(await cara.page.locator('.talk-more').getByRole('link', { name: 'Report' }).count(), 0);
    rita.assertNoProblems();
  });

  test('nobody but a moderator finds the queue', async () => {
    const { rita } = people;
    await rita.expecting(/404/, async () => assert.equal((await rita.page.goto('/moderation')).status(), 404));
  });

  const decide = async (who, button, statement) => {
    if (statement) await who.page.getByLabel('What the person is told').fill(statement);
    await press(who.page, button);
  };
  const bytes = async (token) => {
    const headers = { Range: 'bytes=0-9', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    return (await fetch(new URL(video.renditions[0].url, server.url), { headers })).status;
  };
  // What never was, and the video, are to be told apart by nothing but their ids.
  const never = 'AAAAAAAAAAAAAAAAAAAAAA';
  const answers = async (token, id) => {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const paths = [`/api/v1/videos/${id}`, `/api/v1/videos/${id}/comments`, `/media/${id}/video.mp4`, `/media/${id}/cover.jpg`];
    const ask = async (path) => {
      const reply = await fetch(new URL(path, server.url), { headers });
      return [reply.status, [...reply.headers].filter(([name]) => name !== 'date'), (await reply.text()).replaceAll(id, 'ID')];
    };
    return Promise.all(paths.map(ask));
  };

  test('a moderator looks, with the video playing, and hides it', async () => {
    const { mona, rita, otto } = people;
    assert.equal(await bytes(rita.token), 206);
    await mona.page.goto('/settings');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Moderation/ }));
    await noBarriers(mona, 'moderation-queue');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Open Video/ }));
    assert.equal(await mona.page.locator('video').count(), 0, 'nothing is shown before the look is noted');
    await press(mona.page, 'Look at it');
    await mona.page.locator('video').evaluate((clip) => { clip.muted = true; return clip.play(); });
    await noBarriers(mona, 'moderation-case');
    await mona.expecting(/422/, () => press(mona.page, 'Hide the video'));
    await main(mona.page).getByText('Say what was decided and why: the person reads it.').waitFor();
    await decide(mona, 'Hide the video', 'It advertises a fraud.');
    mona.assertNoProblems();
    for (const token of [undefined, rita.token, mona.token]) {
      assert.equal(await bytes(token), 404);
      assert.deepEqual(await answers(token, video.id), await answers(token, never));
    }
    assert.equal(await bytes(otto.token), 206, 'its owner still has it');
  });

  test('a comment is read only once the look is noted, and is hidden', async () => {
    const { mona } = people;
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Open Comment/ }));
    assert.equal(await main(mona.page).getByText('Nobody wants to see you here').count(), 0);
    await press(mona.page, 'Look at it');
    await main(mona.page).getByText('Nobody wants to see you here').waitFor();
    await noBarriers(mona, 'moderation-case-comment');
    await decide(mona, 'Hide the comment', 'It is meant to hurt.');
    await main(mona.page).getByText('Nothing waits').waitFor();
    await noBarriers(mona, 'moderation-queue-empty');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: 'Decided' }));
    await noBarriers(mona, 'moderation-decided');
    mona.assertNoProblems();
  });

  test('an account is reported from its menu, and left as it is', async () => {
    const { mona, rita } = people;
    await rita.page.goto('/accounts/cara.says/report');
    await rita.page.getByRole('radio', { name: 'Something else' }).check();
    await press(rita.page, 'Send report');
    await mona.page.goto('/moderation');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Open Account/ }));
    await decide(mona, 'Leave it as it is');
    await main(mona.page).getByText('Nothing waits').waitFor();
    await rita.page.goto('/settings/reports');
    await main(rita.page).getByText('A moderator looked at it and left it as it is.').waitFor();
  });

  test('those whom it is about are told, read why and what they can do; the reporter what came of it', async () => {
    const { rita, otto, cara } = people;
    for (const [who, statement, name] of [[otto, 'It advertises a fraud.', 'video'], [cara, 'It is meant to hurt.', 'comment']]) {
      await who.page.goto('/activity');
      if (who === otto) await noBarriers(otto, 'moderation-told');
      await steps.follow(who.page, main(who.page).getByRole('link', { name: /A moderator decided something about you/ }).first());
      await main(who.page).getByText(statement).waitFor();
      await main(who.page).getByText(/^You do not agree\?/).waitFor();
      await main(who.page).getByText('The rules of this site').waitFor();
      await main(who.page).getByRole('link', { name: 'desk@outro.test' }).waitFor();
      await noBarriers(who, `moderation-decisions-${name}`);
      who.assertNoProblems();
    }
    await main(cara.page).getByText('Nobody wants to see you here').waitFor();
    await rita.page.goto('/activity');
    await steps.follow(rita.page, main(rita.page).getByRole('link', { name: /What you reported was decided/ }).first());
    assert.equal(await main(rita.page).getByText('A moderator looked at it and acted on it.').count(), 2);
    await noBarriers(rita, 'moderation-outcomes');
    await rita.expecting(/404/, async () => assert.equal((await rita.page.goto(paths.video(video.id))).status(), 404));
  });

  test('the log tells moderators what was done, by whom and on what', async () => {
    const { mona, rita } = people;
    await mona.page.goto('/moderation');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: 'Log', exact: true }));
    const lines = main(mona.page).getByRole('listitem');
    const titles = await main(mona.page).getByRole('heading', { level: 2 }).allInnerTexts();
    assert.deepEqual(titles, ['Left as it is', 'Comment hidden', 'Looked', 'Video hidden', 'Looked', 'Made a moderator']);
    await lines.first().getByText('@mona.mods').waitFor();
    await lines.last().getByText('whoever runs this site').waitFor();
    await noBarriers(mona, 'moderation-log');
    await steps.follow(mona.page, lines.nth(3).getByRole('link', { name: 'Open the report' }));
    await main(mona.page).getByRole('heading', { name: 'Report', exact: true }).waitFor();
    await rita.expecting(/404/, async () => assert.equal((await rita.page.goto('/moderation/log')).status(), 404));
    const { stdout } = await admin('log');
    const acts = stdout.trim().split('\n').map((line) => line.split('\t'));
    assert.deepEqual(acts.map((line) => line[1]), ['dismiss', 'hide', 'look', 'hide', 'look', 'grant']);
    assert.ok(!/mona|rita|otto|cara/.test(stdout), 'ids alone');
    mona.assertNoProblems();
  });

  test('a moderator suspends an account, and ends it', async () => {
    const { mona, rita, cara } = people;
    await rita.page.goto('/accounts/cara.says/report');
    await rita.page.getByRole('radio', { name: 'Hate' }).check();
    await press(rita.page, 'Send report');
    await mona.page.goto('/moderation');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Open Account/ }));
    await decide(mona, 'Suspend the account', 'Again, after the comment.');
    await rita.expecting(/404/, async () => assert.equal((await rita.page.goto(paths.profile('cara.says'))).status(), 404));
    await cara.page.goto('/settings');
    await steps.follow(cara.page, cara.page.getByRole('link', { name: 'Why, and what you can do' }));
    await main(cara.page).getByText('Again, after the comment.').waitFor();
    await admin('unsuspend', 'cara.says', '--reason', 'hate');
    assert.equal((await rita.page.goto(paths.profile('cara.says'))).status(), 200);
  });

  test('a suspended person is told so, with the reasons one step away', async () => {
    const { otto } = people;
    await admin('suspend', 'otto.owner', '--reason', 'spam', '--statement', 'Again and again.');
    await otto.page.goto('/settings');
    await noBarriers(otto, 'moderation-suspended');
    await steps.follow(otto.page, otto.page.getByRole('link', { name: 'Why, and what you can do' }));
    await main(otto.page).getByText('Again and again.').waitFor();
    await admin('unsuspend', 'otto.owner', '--reason', 'spam');
  });

  test('the same without JavaScript, right to left, by night', async () => {
    const laila = await visit('laila.reports', { javaScriptEnabled: false, locale: 'ar', colorScheme: 'dark' });
    await laila.page.goto('/accounts/otto.owner/report');
    await laila.screenshot('moderation-rtl-report', { fullPage: true });
    await laila.page.locator('input[value="hate"]').check();
    await steps.follow(laila.page, main(laila.page).locator('form button').last());
    assert.equal(new URL(laila.page.url()).pathname, '/settings/reports');
    await laila.screenshot('moderation-rtl-reports', { fullPage: true });
    await laila.close();
  });
});
