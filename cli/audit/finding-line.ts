import type { Finding } from './ledger-auditor.js';

/** For people: where it stands, as far as it stands in the log. */
export const lineOf = ({ orgId, partition, offset, problem }: Finding): string => {
  const where = [
    ...(partition === null ? [] : [` partition ${partition}`]),
    ...(offset === null ? [] : [` offset ${offset}`]),
  ];
  return `  ${orgId}${where.join('')}: ${problem}`;
};
