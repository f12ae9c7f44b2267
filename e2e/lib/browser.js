// A phone-sized Chromium. Each person is a context of their own; a console error, an uncaught exception or a breach of
// the Content-Security-Policy fails the test in which it happened.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const pictures = resolve(import.meta.dirname, '../screenshots');
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const candidates = [
  process.env.OUTRO_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
];

export async function launch() {
  // Without one of these, Playwright's own build, where scripts/install.sh put it.
  const executablePath = candidates.find((path) => path && existsSync(path));
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
}

export async function person(browser, baseURL, options = {}) {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
    locale: 'en-GB',
    acceptDownloads: true,
    ...options,
  });
  context.setDefaultTimeout(15_000);
  return new Person(context, await context.newPage(), options.javaScriptEnabled ?? true);
}

class Person {
  #problems = [];
  #expected = [];

  constructor(context, page, javaScript) {
    Object.assign(this, { context, page, javaScript });
    context.on('console', (message) => message.type() === 'error' && this.#note(`console: ${message.text()} (${message.location().url})`));
    context.on('weberror', (error) => this.#note(`exception: ${error.error().stack}`));
    // Chromium reports a breach on the console; this catches the ones of report-only policies too.
    if (javaScript) {
      context.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (e) =>
          console.error(`CSP ${e.effectiveDirective}: ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
      });
    }
  }

  #note(problem) {
    if (!this.#expected.some((pattern) => pattern.test(problem))) this.#problems.push(problem);
  }

  // Within `steps`, problems that match are expected: a page that is gone answers 404, which the console reports.
  async expecting(pattern, steps) {
    this.#expected.push(pattern);
    try {
      return await steps();
    } finally {
      // What the console reports arrives after what caused it.
      await this.page.waitForTimeout(200);
      this.#expected.splice(this.#expected.indexOf(pattern), 1);
    }
  }

  assertNoProblems() {
    assert.deepEqual(this.#problems.splice(0), [], 'problems in the browser');
  }

  async screenshot(name, options = {}) {
    await mkdir(pictures, { recursive: true });
    await this.#captured({ path: join(pictures, `${name}.png`), animations: 'disabled', ...options });
    assert.deepEqual(await this.#sticksOut(), [], `text runs out of the screen on ${name}`);
  }

  // Chromium refuses to capture a page that is just being replaced by the next: that says nothing of the product.
  async #captured(options, tries = 5) {
    await this.page.waitForLoadState('load');
    try {
      await this.page.screenshot(options);
    } catch (error) {
      if (tries <= 1 || !/Unable to capture screenshot/.test(error.message)) throw error;
      await this.page.waitForTimeout(200);
      await this.#captured(options, tries - 1);
    }
  }

  // Texts that reach past the side of the screen, or past the box that is drawn around them.
  #sticksOut() {
    return this.page.evaluate(() => {
      const past = (element) => {
        // What is wider than the screen by its nature is drawn into it, by finger or by keys.
        for (let box = element.parentElement; box; box = box.parentElement) {
          if (box.scrollWidth > box.clientWidth && /auto|scroll/.test(getComputedStyle(box).overflowX)) return false;
        }
        const { left, right, width } = element.getBoundingClientRect();
        const box = element.closest('.paper, .panel, dialog')?.getBoundingClientRect();
        return width > 1 && (left < -1 || right > innerWidth + 1 || (box && right > box.right + 1));
      };
      const texts = [...document.querySelectorAll('main *')].filter((e) =>
        e.childElementCount === 0 && e.textContent.trim() !== '' && e.checkVisibility({ opacityProperty: true }));
      return texts.filter(past).map((e) => `${e.localName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`);
    });
  }

  // What axe finds against WCAG 2.2 AA, one line each. The script is run by the debugger, which no policy stops.
  async axe() {
    await this.page.evaluate(axeSource);
    const violations = await this.page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      });
      return violations.map(({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map((n) => `${n.target} (${n.any[0]?.message ?? n.all[0]?.message ?? ''})`).join('; ')}`);
    });
    return violations;
  }

  // A finger drawn over the middle of the screen: a positive distance brings up what is below.
  async swipe(distance = 600) {
    const client = await this.context.newCDPSession(this.page);
    const { width, height } = this.page.viewportSize();
    const touch = (type, y) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: width / 2, y }] });
    const from = height / 2 + distance / 2;
    await touch('touchStart', from);
    for (let step = 1; step <= 12; step += 1) {
      await touch('touchMove', from - (distance * step) / 12);
      await this.page.waitForTimeout(12);
    }
    await touch('touchEnd');
    await client.detach();
  }

  close() {
    return this.context.close();
  }
}
