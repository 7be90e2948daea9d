import { statement } from '../../src/db/database.js';
import { startService, type TestService } from '../support/service.js';

const SESSION = statement('', 'select pg_backend_pid() as pid, pg_sleep(0.05)');

describe('DATABASE_CONNECTIONS', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ env: { DATABASE_CONNECTIONS: '5' } });
  });
  afterAll(() => service.stop());

  it('are shared by what has to survive power loss and what need not, half each', async () => {
    const { durable, relaxed } = service.running.runtime;
    for (const database of [durable, relaxed]) {
      const asked = await Promise.all(Array.from({ length: 6 }, () => database.query<{ pid: number }>(SESSION)));
      expect(new Set(asked.flat().map(({ pid }) => pid)).size).toBe(2);
    }
  });
});
