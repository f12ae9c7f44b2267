// A line of a given speed to a server: what comes from it passes no faster, over all connections together.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export async function startLine() {
  const line = { bits: Infinity, to: null };
  let free = 0;
  const pass = async (from, into) => {
    try {
      for await (const chunk of from) {
        for (let at = 0; at < chunk.length; at += 4096) {
          const part = chunk.subarray(at, at + 4096);
          const now = performance.now();
          free = Math.max(free, now) + (part.length * 8000) / line.bits;
          if (free - now > 3) await new Promise((go) => setTimeout(go, free - now));
          if (!into.write(part)) await once(into, 'drain');
        }
      }
      into.end();
    } catch {
      // Whoever is gone needs no more.
      into.destroy();
    }
  };
  const open = new Set();
  const listener = createServer((near) => {
    const far = connect(line.to, '127.0.0.1');
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('error', () => other.destroy()).on('close', () => (open.delete(one), other.destroy()));
    }
    near.pipe(far);
    pass(far, near);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  line.url = `http://127.0.0.1:${listener.address().port}`;
  line.stop = () => {
    listener.close();
    for (const one of open) one.destroy();
  };
  return line;
}
