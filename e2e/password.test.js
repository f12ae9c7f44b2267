// A new password: the other device is out, the old one opens nothing, and this device goes on as it was.
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
const better = 'a longer and better one';

let server, browser;
before(async () => {
  server = await startServer();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const javaScriptEnabled of [true, false]) {
  const [how, short] = javaScriptEnabled ? ['with scripts', 'js'] : ['without scripts', 'plain'];

  test(`the password is changed, ${how}`, { timeout: 120_000 }, async () => {
    const handle = `changer.${short}`;
    await Api.join(server.url, handle, steps.password);
    const [mira, tablet] = [await person(browser, server.url, { javaScriptEnabled }), await person(browser, server.url, { javaScriptEnabled })];
    for (const who of [mira, tablet]) await steps.signIn(who.page, handle);
    const { page } = mira;
    await steps.openSettings(page);
    await steps.openManageAccount(page);
    await follow(page, main(page).getByRole('link', { name: /^Password/ }));
    await mira.screenshot(`password-${short}`, { fullPage: true });
    if (javaScriptEnabled) assert.deepEqual(await mira.axe(), []);

    const fill = async (now, next) => {
      await page.getByLabel('Current password', { exact: true }).fill(now);
      await page.getByLabel('New password', { exact: true }).fill(next);
    };
    await fill('not my password', better);
    await mira.expecting(/422/, () => press(page, 'Change password'));
    await main(page).getByText(words.passwordWrong).first().waitFor();
    assert.equal(await page.getByLabel('New password', { exact: true }).inputValue(), '');
    await mira.screenshot(`password-wrong-${short}`, { fullPage: true });
    // From here on the other device is signed out: its page is told so when it asks for what is new.
    await tablet.expecting(/401/, async () => {
      await fill(steps.password, better);
      // The old page may ask once more for what is new, by the token that has just ended.
      await mira.expecting(/401 .*\/api\/v1\/events/, async () => {
        await press(page, 'Change password');
        await page.getByRole('status').getByText('Every other device is signed out').waitFor();
      });
      await mira.screenshot(`password-changed-${short}`, { fullPage: true });
      await follow(page, main(page).getByRole('link', { name: /1 device/ }));
      assert.equal(await main(page).getByRole('listitem').count(), 1);

      // With a phone linked, the code that was sent there is asked for beside it.
      const number = javaScriptEnabled ? '+491701113001' : '+491701113002';
      await steps.linkPhone(page, server, number);
      await page.goto('/settings/password');
      await mira.screenshot(`password-code-first-${short}`, { fullPage: true });
      if (javaScriptEnabled) assert.deepEqual(await mira.axe(), []);
      const code = await server.codeSentBy(number, () => press(page, words.sendCode));
      await page.getByLabel(words.code).fill(code);
      await fill(better, `${better} still`);
      await mira.screenshot(`password-code-${short}`, { fullPage: true });
      if (javaScriptEnabled) assert.deepEqual(await mira.axe(), []);
      await mira.expecting(/401 .*\/api\/v1\/events/, async () => {
        await press(page, 'Change password');
        await page.getByRole('status').getByText('Every other device is signed out').waitFor();
      });

      await tablet.page.goto('/settings');
      await tablet.page.getByRole('button', { name: words.signIn, exact: true }).waitFor();
      await steps.signIn(tablet.page, handle);
      await main(tablet.page).getByText(words.signInRefused).first().waitFor();
    });
    for (const who of [mira, tablet]) {
      who.assertNoProblems();
      await who.close();
    }
  });
}
