import { startService } from '../support/service.js';
import { enriched, enrichmentPath, personWith, untilEnded } from './int.js';

jest.setTimeout(60_000);

describe('CR-01 the price list', () => {
  it('CR-01, CR-08 an enrichment keeps the prices it was accepted under, through a restart with another list', async () => {
    // The enrichment has to be open over the restart, so nobody answers it before.
    const cheap = await startService({ env: { PRICE_EMAIL: '2', ROLES: 'http,decider,projections' } });
    const { apiKey } = cheap;
    const [person, other] = [await personWith(cheap, 'found-2'), await personWith(cheap, 'found-2')];
    const accepted = await cheap.call('POST', enrichmentPath(person));
    expect([accepted.body.status, accepted.headers.get('x-credits-reserved')]).toEqual(['pending', '6']);
    await cheap.stop();

    const dear = await startService({ beside: cheap, env: { PRICE_EMAIL: '50' } });
    try {
      const service = { ...dear, call: (method: string, path: string) => dear.call(method, path, { key: apiKey }) };
      const { body: old } = await untilEnded(service, enrichmentPath(person));
      expect(old.receipt).toMatchObject({ reserved: 6, captured: 4, released: 2 });
      const { body: fresh } = await enriched(service, other);
      expect(fresh.receipt).toMatchObject({ reserved: 150, captured: 100, released: 50 });
      expect(fresh.receipt.priceListVersion).not.toBe(old.receipt.priceListVersion);
      expect(fresh.receipt.priceListVersion).toMatch(/^[0-9a-f]{16}$/);
    } finally {
      await dear.stop();
    }
  });

  it('CR-08 the receipt has a line per attempt, in order, and only the winner has a price', async () => {
    const service = await startService();
    try {
      const { body } = await enriched(service, await personWith(service, 'found-3'));
      const line = (provider: string, step: number, outcome: string, price: number) => ({
        provider,
        step,
        outcome,
        price,
      });
      expect(body.receipt).toEqual({
        reserved: 3,
        captured: 3,
        released: 0,
        refunded: 0,
        priceListVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
        fromCache: false,
        lines: [
          line('sandbox-fast', 1, 'miss', 0),
          line('sandbox-deep', 2, 'miss', 0),
          line('sandbox-slow', 3, 'hit', 3),
        ],
      });
      const missed = await enriched(service, await personWith(service, 'notfound'));
      expect(missed.body.receipt).toMatchObject({ reserved: 3, captured: 0, released: 3 });
      expect(missed.body.receipt.lines.map(({ price }: { price: number }) => price)).toEqual([0, 0, 0]);
    } finally {
      await service.stop();
    }
  });
});
