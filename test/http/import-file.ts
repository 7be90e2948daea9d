import { randomUUID } from 'node:crypto';

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
