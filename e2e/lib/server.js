// A server of the test's own: an empty folder, a free port, `--dev`; its log is kept, and it is ended with the test.
import { spawn, execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
export const outro = process.env.OUTRO_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/outro');

export async function startServer({ env = {}, args = [] } = {}) {
  const data = await mkdtemp(join(tmpdir(), 'outro-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const begin = () => spawn(outro, ['serve', '--dev', '--data', data, '--listen', `127.0.0.1:${port}`, ...args], {
    env: { ...process.env, OUTRO_PUBLIC_URL: url, OUTRO_RATE_LIMITS: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server = new Server(begin, url, data);
  try {
    await server.ready();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class Server {
  log = '';

  constructor(begin, url, data) {
    Object.assign(this, { begin, url, data });
    this.#run();
  }

  #run() {
    const child = this.begin();
    this.child = child;
    this.ended = new Promise((done) => {
      child.on('error', (error) => done(`could not start: ${error.message}`));
      child.on('exit', (code, signal) => done(`ended with ${signal ?? code}`));
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.log += chunk));
  }

  async ready() {
    let ended = null;
    this.ended.then((how) => (ended = how));
    await until(`the server at ${this.url} to be ready`, 30_000, async () => {
      if (ended) throw new Error(`${outro} ${ended}\n${this.log}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      return answer?.status === 200;
    });
  }

  // As when the machine fails, and is there again: the same folder at the same address.
  async restart() {
    this.child.kill('SIGKILL');
    await this.ended;
    this.#run();
    await this.ready();
  }

  async stop() {
    this.child.kill('SIGTERM');
    const hard = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.ended;
    clearTimeout(hard);
    await rm(this.data, { recursive: true, force: true });
  }

  // Every text that went to a number, newest last.
  async outbox() {
    const answer = await fetch(`${this.url}/dev/outbox`, { headers: { accept: 'application/json' } });
    const { items } = await answer.json();
    return items.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  // The last code that went out, or the last of those after the first `after` texts.
  async devOutboxCode({ to, after = 0 } = {}) {
    return until('a code in the development outbox', 10_000, async () => {
      const texts = (await this.outbox()).slice(after).filter((item) => !to || item.to === to);
      // An address of numbers alone has no origin-bound line; the code stands in the sentence in any case.
      return texts.at(-1)?.text.match(/\b(\d{6})\b/)?.[1];
    });
  }

  // The code that goes to this number because of what `steps` do.
  async codeSentBy(to, steps) {
    const after = (await this.outbox()).length;
    await steps();
    return this.devOutboxCode({ to, after });
  }

  // Which of these marks stand readable in the data folder or in the log.
  async readable(marks) {
    const found = new Set(marks.filter((mark) => this.log.includes(mark)).map((mark) => `${mark} in the log`));
    for (const entry of await readdir(this.data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      for (const mark of marks) if (bytes.includes(mark)) found.add(`${mark} in ${path.slice(this.data.length + 1)}`);
    }
    return [...found];
  }
}

// Runs `outro` with arguments; gives its exit code and what it said.
export async function runOutro(...args) {
  try {
    return { code: 0, ...(await promisify(execFile)(outro, args)) };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

// Asks again until the answer is truthy, and gives it.
export async function until(what, within, ask, every = 50) {
  const end = Date.now() + within;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${within / 1000} s for ${what}`);
    await new Promise((go) => setTimeout(go, every));
  }
}

function freePort() {
  return new Promise((done, failed) => {
    const listener = createServer();
    listener.on('error', failed);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => done(port));
    });
  });
}
