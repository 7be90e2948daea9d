import { randomUUID } from 'node:crypto';
import type { CommandDataByType } from '../../src/domain/command.js';
import type { World } from './app.js';
import type { Call, CallOptions } from './call.js';
import { CREATED } from './persons.js';

export const IMPORT = '/api/v1/persons/import';
export const ndjson = { 'content-type': 'application/x-ndjson' };
/** NDJSON of so many different people. */
export const rows = (count: number): string =>
  Array.from({ length: count }, (_, n) => `{"xHandle":"p${n}"}\n`).join('');

export type SendFile = (body: CallOptions['body'], headers?: Readonly<Record<string, string>>) => ReturnType<Call>;
/** Sends a file, as CSV unless the headers say otherwise. */
export const fileSender =
  (call: Call): SendFile =>
  (body, headers = {}) =>
    call('POST', IMPORT, { body, headers: { 'content-type': 'text/csv', ...headers } });

/** A decider to whom everybody is new. */
export const everybodyIsNew =
  (world: World) =>
  (_type: string, { keyId, sealed, identities }: CommandDataByType['RecordPerson']) => {
    const position = { partition: 3, offset: BigInt(world.commands.length) };
    const result = { personId: identities[0], existing: false, keyId, sealed, recordedAt: CREATED };
    return { result, replayed: false, position };
  };

/** Rows of a file of so many different people; their names start with `batch`, which no other file has. */
export const csvOf = (people: number, batch: string = randomUUID()): string => {
  const rows = Array.from({ length: people }, (_, index) => csvRow(batch, index));
  return ['first_name,Last Name,Company,LinkedIn URL,Email', ...rows, ''].join('\r\n');
};

const csvRow = (batch: string, index: number): string =>
  `Ada,"Lovelace, ${index}",Engines ${index % 100} Ltd,linkedin.com/in/${batch}-${index},a${index}@${batch}.example`;

/** A server-sent event stream, taken apart. */
export const eventsIn = (text: string): readonly { readonly name: string; readonly data: any }[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return { name, data: JSON.parse(data) as unknown };
    });
