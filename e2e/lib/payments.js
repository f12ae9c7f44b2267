// Stripe's double: localstripe, with the page where one pays (see crates/testkit/tests/coins/localstripe_checkout.py).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { once } from 'node:events';

const root = resolve(import.meta.dirname, '../..');
const python = resolve(root, 'target/tools/venv/bin/python');
const script = resolve(root, 'crates/testkit/tests/coins/localstripe_checkout.py');
const secret = 'whsec_of_the_browser_tests';

export async function startPayments() {
  if (!existsSync(python)) throw new Error(`${python} is not there: run scripts/install.sh test`);
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${Number(String(line).trim())}`;
  return {
    env: { OUTRO_STRIPE_SECRET_KEY: 'sk_test_12345', OUTRO_STRIPE_WEBHOOK_SECRET: secret, OUTRO_STRIPE_API_URL: url },
    // Where what is paid is reported.
    async reportTo(server) {
      const body = new URLSearchParams({ url: `${server.url}/stripe/webhook`, secret });
      const answer = await fetch(`${url}/_config/webhooks/outro`, { method: 'POST', body });
      if (!answer.ok) throw new Error(`localstripe answers ${answer.status}`);
    },
    stop: () => child.kill(),
  };
}
