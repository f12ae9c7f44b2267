// The phone is lost: a recovery code and the password, a wait that every device is told of, and a press that stops it.
// And leaving from the public page, without having signed in before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './lib/api.js';
import { launch, person } from './lib/browser.js';
import { startServer } from './lib/server.js';
import * as steps from './lib/steps.js';
import { words } from './lib/words.js';

const { follow } = steps;
const main = (page) => page.getByRole('main');
const press = (page, name) => follow(page, main(page).getByRole('button', { name, exact: true }));

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function signedIn(handle, options) {
  const who = await person(browser, server.url, options);
  await steps.signIn(who.page, handle);
  return who;
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
  const short = javaScriptEnabled ? 'js' : 'plain';
  const number = javaScriptEnabled ? '+491701112001' : '+491701112002';

  test(`the phone is lost, and the wait is stopped elsewhere, ${how}`, { timeout: 180_000 }, async () => {
    const handle = `lost.${short}`;
    await Api.join(server.url, handle, steps.password);
    const mira = await signedIn(handle, { javaScriptEnabled });
    const { page } = mira;
    await steps.linkPhone(page, server, number);
    await page.getByRole('heading', { name: 'Recovery codes', level: 1 }).waitFor();
    const codes = await main(page).getByRole('listitem').allInnerTexts();
    assert.equal(codes.length, 10);
    assert.ok(codes.every((code) => /^(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}$/.test(code.trim())), codes.join(' '));
    await mira.screenshot(`lost-codes-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await mira.axe(), []);
    await follow(page, main(page).getByRole('link', { name: 'I have kept them' }));

    await steps.openLeaving(page, server, number);
    await press(page, 'I do not have this phone any more');
    await main(page).getByText(/72 hours after that/).waitFor();
    await page.getByLabel(words.password, { exact: true }).fill(steps.password);
    await page.getByLabel('Recovery code').fill('0000-0000-0000-0000');
    await mira.expecting(/422/, () => press(page, words.continue));
    await main(page).getByText(/do not fit together/).waitFor();
    await mira.screenshot(`lost-wrong-${short}`, { fullPage: true });
    await page.getByLabel(words.password, { exact: true }).fill(steps.password);
    await page.getByLabel('Recovery code').fill(codes[3].trim().toLowerCase().replaceAll('-', ' '));
    await press(page, words.continue);
    await page.getByRole('heading', { name: 'You leave after the wait' }).waitFor();
    await mira.screenshot(`lost-pending-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await mira.axe(), []);

    // Another device is told, and stops it with one press.
    const tablet = await signedIn(handle, { javaScriptEnabled });
    await tablet.page.goto('/activity');
    await follow(tablet.page, tablet.page.getByRole('link', { name: /Your account is leaving/ }));
    await tablet.page.getByRole('region', { name: /This account is leaving on/ }).waitFor();
    await tablet.screenshot(`lost-banner-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await tablet.axe(), []);
    await press(tablet.page, 'Stop it');
    await tablet.page.getByText('You stay. Nothing was removed.').waitFor();
    await page.goto('/settings/account');
    assert.equal(await page.getByRole('region', { name: /This account is leaving on/ }).count(), 0);

    await page.goto('/settings/phone');
    await main(page).getByText('9 codes are left.').waitFor();
    const code = await server.codeSentBy(number, () => press(page, 'New recovery codes'));
    await page.getByLabel(words.code).fill(code);
    await press(page, words.confirmCode);
    assert.equal(await main(page).getByRole('listitem').count(), 10);
    for (const who of [mira, tablet]) {
      who.assertNoProblems();
      await who.close();
    }
  });

  test(`by a phone that took another's place one leaves after the wait, ${how}`, { timeout: 180_000 }, async () => {
    const handle = `another.${short}`;
    const other = number.replace('2', '3');
    await Api.join(server.url, handle, steps.password);
    const who = await person(browser, server.url, { javaScriptEnabled });
    const { page } = who;
    await steps.signIn(page, handle);
    await steps.linkPhone(page, server, number);
    await steps.linkPhone(page, server, other);
    const told = () => server.outbox().then((messages) => messages.filter(({ to, text }) => to === number && /another was linked/.test(text)));
    while ((await told()).length === 0) await page.waitForTimeout(50);
    const code = await steps.openLeaving(page, server, other);
    await main(page).getByText(/in the place of the one before/).waitFor();
    assert.equal(await main(page).getByRole('button', { name: 'Leave once it is downloaded' }).count(), 0);
    await who.screenshot(`another-phone-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await who.axe(), []);
    await steps.confirmLeaving(page, code);
    await page.getByRole('heading', { name: 'You leave after the wait' }).waitFor();
    await press(page, 'Stop it');
    await page.getByText('You stay. Nothing was removed.').waitFor();
    who.assertNoProblems();
    await who.close();
  });

  test(`from the public page, without the app, ${how}`, { timeout: 180_000 }, async () => {
    const handle = `outside.${short}`;
    await Api.join(server.url, handle, steps.password);
    const who = await person(browser, server.url, { javaScriptEnabled });
    const { page } = who;
    await page.goto('/login');
    await follow(page, main(page).getByRole('link', { name: 'Delete your account' }));
    for (const part of [words.goes, words.stays, words.forfeited]) await page.getByRole('region', { name: part }).waitFor();
    await who.screenshot(`outside-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await who.axe(), []);
    await page.getByLabel(words.handle).fill(handle);
    await page.getByLabel(words.password, { exact: true }).fill('not this one');
    await who.expecting(/401/, () => press(page, words.continue));
    await main(page).getByText(words.signInRefused).waitFor();
    await page.getByLabel(words.password, { exact: true }).fill(steps.password);
    await press(page, words.continue);
    // No phone is linked: the password confirms it.
    await page.getByLabel(words.password, { exact: true }).fill(steps.password);
    await press(page, words.continue);
    await steps.completeReceipt(server, await steps.receiptId(page));
    assert.equal((await fetch(`${server.url}/@${handle}`)).status, 404);
    who.assertNoProblems();
    await who.close();
  });
}
