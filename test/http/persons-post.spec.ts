import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused } from '../../src/commands/outcomes.js';
import type { CommandDataByType } from '../../src/domain/command.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { CREATED, EMPTY_PERSON, FOUND, LINKEDIN, sealedAs, valuesRow } from './persons.js';
import { PERSON } from './views.js';

const POSITION = { partition: 3, offset: 42n };

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeEach(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
afterEach(() => app.close());

const record = (body: unknown) => call('POST', '/api/v1/persons', { body });

/** Answers RecordPerson for a person that is new. */
const acceptNew = () => {
  world.execute = ((_type: string, { keyId, sealed }: CommandDataByType['RecordPerson']) => {
    const result = { personId: PERSON, existing: false, keyId, sealed, recordedAt: CREATED };
    return { result, replayed: false, position: POSITION };
  }) as never;
};

describe('POST /api/v1/persons', () => {
  it('PR-01 answers 201 with the person, canonical, and its position', async () => {
    acceptNew();
    const { status, headers, body } = await record({ firstName: ' Ada ', linkedinUrl: 'linkedin.com/in/ADA/?x=1' });
    expect(status).toBe(201);
    const contacts = { emails: [], phones: [], signals: null };
    expect(body).toEqual({ ...EMPTY_PERSON, firstName: 'Ada', linkedinUrl: LINKEDIN, ...contacts });
    expect(headers).toMatchObject({ location: `/api/v1/persons/${PERSON}`, 'x-tributary-position': '3:42' });
    expect(headers['x-person-existing']).toBeUndefined();
    expect(world.queries).toEqual([]);
  });

  it('PR-01 sends identities as hashes, strongest first, and nothing in clear', async () => {
    acceptNew();
    await record({
      id: PERSON.toUpperCase(),
      email: 'Canary.Name@Example.COM',
      linkedinUrl: LINKEDIN,
      title: 'Canary',
    });
    const [command] = world.commands;
    const hashes = [
      world.vault.identityHash('linkedin', LINKEDIN),
      world.vault.identityHash('email', 'Canary.Name@example.com'),
    ];
    expect(command).toMatchObject({ type: 'RecordPerson', orgId: ORG, data: { personId: PERSON, identities: hashes } });
    expect(JSON.stringify(command)).not.toMatch(/canary|example\.com|linkedin\.com/i);
  });

  it('PR-01 a known identity answers 200 with the merged person and what was found for it', async () => {
    const known = await sealedAs(world, 'identity', { linkedinUrl: LINKEDIN, firstName: 'Ada', title: 'Countess' });
    world.execute = ((_type: string, { mergedInto, sealed }: CommandDataByType['RecordPerson']) => {
      const now = mergedInto === null ? known : { ...known, sealed };
      return {
        result: { personId: PERSON, existing: true, recordedAt: CREATED, ...now },
        replayed: false,
        position: POSITION,
      };
    }) as never;
    const email = {
      value: 'a@example.com',
      type: 'work',
      status: 'deliverable',
      provider: 'p',
      confidence: 1,
      verifiedAt: FOUND,
    } as const;
    const row = await valuesRow(world, { emails: [email] });
    world.values = () => [row];
    const { status, headers, body } = await record({ linkedinUrl: LINKEDIN, title: 'Programmer' });
    expect(status).toBe(200);
    expect(headers['x-person-existing']).toBe('true');
    expect(body).toMatchObject({
      id: PERSON,
      firstName: 'Ada',
      title: 'Programmer',
      emails: [{ value: 'a@example.com' }],
    });
  });

  it.each([
    [{ linkedinUrl: LINKEDIN }],
    [{ email: 'a@example.com' }],
    [{ xHandle: '@ada' }],
    [{ githubUsername: 'ada' }],
    [{ fullName: 'Ada Lovelace', companyName: 'Analytical Engines Ltd' }],
    [{ firstName: 'Ada', companyDomain: 'https://example.com/about' }],
  ])('PR-01 %j identifies somebody', async (person) => {
    acceptNew();
    expect((await record(person)).status).toBe(201);
  });

  it.each([
    [{}],
    [{ firstName: 'Ada', lastName: 'Lovelace' }],
    [{ companyName: 'X', companyDomain: 'example.com' }],
    [{ title: 'T', tags: ['a'] }],
  ])('PR-01 %j identifies nobody: 400', async (person) => {
    const { status, body } = await record(person);
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'identity_required']);
    expect(world.commands).toEqual([]);
  });

  it.each([
    [
      'a LinkedIn company page',
      { linkedinUrl: 'https://www.linkedin.com/company/x' },
      'linkedinUrl',
      'unsupported_linkedin_url',
    ],
    ['a broken email', { email: 'a@b' }, 'email', 'invalid_email'],
    ['a broken X handle', { xHandle: 'a b' }, 'xHandle', 'invalid_x_handle'],
    ['a broken GitHub user', { githubUsername: '-a' }, 'githubUsername', 'invalid_github_username'],
    ['a broken domain', { companyDomain: '.', fullName: 'Ada' }, 'companyDomain', 'invalid_company_domain'],
  ])('EN-03 refuses %s', async (_what, person, path, reason) => {
    const { status, body } = await record(person);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'VALIDATION_ERROR', reason, details: [{ path }] });
  });

  it.each([
    ['CONFLICT', 'person_exists', { personIds: [PERSON] }, 409],
    ['CONFLICT', 'identity_conflict', { personIds: [PERSON, PERSON.replace('55', '66')] }, 409],
    ['GONE', 'erased_person', undefined, 410],
  ] as const)('PR-01 answers %s %s as the decider says', async (code, reason, details, status) => {
    world.execute = () => {
      throw new Refused({ code, reason, ...(details && { details }) }, null);
    };
    const answer = await record({ linkedinUrl: LINKEDIN });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, reason, ...(details && { details }) });
  });

  it('PR-01 a known identity of an erased person is 410, found by its destroyed key', async () => {
    const { keyId } = await sealedAs(world, 'identity', {});
    world.vault.destroy(ORG, keyId);
    const { status, body } = await record({ linkedinUrl: LINKEDIN });
    expect([status, body.error.code, body.error.reason]).toEqual([410, 'GONE', 'erased_person']);
  });

  it('X-06 gives custom back exactly as sent', async () => {
    acceptNew();
    const custom = { ' spaced ': ' a\u0301 ', list: [1, '1', null, true], text: 'two\nlines' };
    const { body } = await record({ linkedinUrl: LINKEDIN, custom });
    expect(body.custom).toEqual(custom);
  });

  it('X-06 normalises and trims everything else', async () => {
    acceptNew();
    const { body } = await record({ linkedinUrl: LINKEDIN, lastName: ' Nun\u0303ez ', tags: [' e\u0301 '] });
    expect([body.lastName, body.tags]).toEqual(['Nu\u00f1ez', ['\u00e9']]);
  });
});
