import specs from '@asyncapi/specs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv } from 'ajv';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { CATALOGUE } from '../../src/events/catalogue.js';
import { closed, type JsonSchema } from '../../src/events/schema-parts.js';
import { randomStory } from '../projections/random-story.js';
import { startApp } from './app.js';
import { callerOf } from './call.js';

interface AsyncApi {
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: JsonSchema }>> };
}

let app: NestFastifyApplication;
let document: AsyncApi;
beforeAll(async () => {
  ({ app } = await startApp());
  document = (await callerOf(app)('GET', '/asyncapi.json')).body as AsyncApi;
});
afterAll(() => app.close());

describe('AD-01 /asyncapi.json', () => {
  it('is AsyncAPI 3.0', () => {
    const schema = specs.schemasWithoutId['3.0.0'] as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    validate(document);
    expect(validate.errors).toBeNull();
  });

  it('EV-02 has every type of event, and no other', () => {
    expect(Object.keys(document.components.messages).sort()).toEqual(Object.keys(CATALOGUE).sort());
  });

  it('EV-01, EV-02 says of every record what it is, to the last field', () => {
    const seen = new Set<string>();
    const seed = Date.now() % 2 ** 31;
    process.stdout.write(`asyncapi: seed ${seed}\n`);
    const ajv = new Ajv({ strict: false });
    const validators = new Map(
      Object.entries(document.components.messages).map(([type, { payload }]) => [type, ajv.compile(closed(payload))]),
    );
    for (const { value } of randomStory({ seed, commands: 300, orgs: ['org_a', 'org_b'] as OrgId[] }).records()) {
      const record = JSON.parse(value.toString()) as { type: string };
      const validate = validators.get(record.type);
      validate?.(record);
      expect([record, validate?.errors]).toEqual([record, null]);
      seen.add(record.type);
    }
    expect(seen.size).toBeGreaterThan(8);
  });
});
