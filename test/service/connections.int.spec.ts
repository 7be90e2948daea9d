import { statement } from '../../src/db/database.js';
import { startService } from '../support/service.js';

const SESSION = statement('', 'select pg_backend_pid() as pid, pg_sleep(0.05)');

it('DATABASE_CONNECTIONS are shared by what has to survive power loss and what need not, half each', async () => {
  const service = await startService({ env: { DATABASE_CONNECTIONS: '5' } });
  const { durable, relaxed } = service.running.runtime;
  for (const database of [durable, relaxed]) {
    const asked = await Promise.all(Array.from({ length: 6 }, () => database.query<{ pid: number }>(SESSION)));
    expect(new Set(asked.flat().map(({ pid }) => pid)).size).toBe(2);
  }
  await service.stop();
});
