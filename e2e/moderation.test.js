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
    return Object.assign(who, { api: new Api(server.url, token) });
  };
  const noBarriers = async (who, name) => {
    await who.screenshot(name, { fullPage: true });
    assert.deepEqual(await who.axe(), [], name);
  };
  const admin = (...args) => run(outro, ['admin', ...args, '--data', server.data]);

  before(async () => {
    server = await startServer();
    browser = await launch();
    for (const handle of ['rita.reports', 'otto.owner', 'mona.mods']) people[handle.split('.')[0]] = await visit(handle);
    video = await people.otto.api.upload(await clip({ hue: 40 }), { caption: 'Reported in a moment' });
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
    await main(rita.page).getByRole('link', { name: /^Report/ }).waitFor();
    await rita.page.goto('/');
    await rita.page.getByRole('button', { name: 'More', exact: true }).first().tap();
    const inMenu = rita.page.getByRole('dialog').getByRole('link', { name: 'Report' });
    assert.equal(await inMenu.getAttribute('href'), `/videos/${video.id}/report`);
    rita.assertNoProblems();
  });

  test('nobody but a moderator finds the queue', async () => {
    const { rita } = people;
    await rita.expecting(/404/, async () => assert.equal((await rita.page.goto('/moderation')).status(), 404));
  });

  test('a moderator looks, with the video playing, and hides it', async () => {
    const { mona } = people;
    await mona.page.goto('/settings');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Moderation/ }));
    await noBarriers(mona, 'moderation-queue');
    await steps.follow(mona.page, main(mona.page).getByRole('link', { name: /^Open/ }));
    assert.equal(await mona.page.locator('video').count(), 0, 'nothing is shown before the look is noted');
    await press(mona.page, 'Look at it');
    await mona.page.locator('video').evaluate((clip) => { clip.muted = true; return clip.play(); });
    await noBarriers(mona, 'moderation-case');
    await press(mona.page, 'Hide the video');
    await main(mona.page).getByText('Say what was decided and why: the person reads it.').waitFor();
    await mona.page.getByLabel('What the person is told').fill('It advertises a fraud.');
    await press(mona.page, 'Hide the video');
    await main(mona.page).getByText('Nothing waits').waitFor();
    mona.assertNoProblems();
  });

  test('the owner reads why, and the reporter what came of it', async () => {
    const { rita, otto } = people;
    await otto.page.goto('/settings/decisions');
    await main(otto.page).getByText('It advertises a fraud.').waitFor();
    await noBarriers(otto, 'moderation-decisions');
    await rita.page.goto('/settings/reports');
    await main(rita.page).getByText('A moderator looked at it and acted on it.').waitFor();
    await rita.expecting(/404/, async () => assert.equal((await rita.page.goto(paths.video(video.id))).status(), 404));
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
