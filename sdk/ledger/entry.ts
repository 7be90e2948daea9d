import { hashWithout, type Json, type JsonObject } from './canonical.js';

/** One entry of an org's credit chain, as `GET /api/v1/credits/entries` and the export show it. */
export interface Entry {
  readonly v: number;
  readonly org: string;
  readonly entry: number;
  readonly type: string;
  readonly amount: number;
  readonly reservedDelta: number;
  readonly reservationId: string | null;
  readonly grants: readonly { readonly grantId: string; readonly delta: number }[];
  readonly unit: string;
  readonly time: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** `prevHash` of the first entry of every chain. */
export const GENESIS_HASH = '0'.repeat(64);
const VERSION = 1;

type Test = (value: Json | undefined) => boolean;
const isText: Test = (value) => typeof value === 'string' && value !== '';
const isInteger: Test = (value) => Number.isSafeInteger(value);
const isHash: Test = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isInstant: Test = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));
const isShare: Test = (value) =>
  typeof value === 'object' &&
  value !== null &&
  isText((value as JsonObject)['grantId']) &&
  isInteger((value as JsonObject)['delta']);

const MEMBERS: Readonly<Record<keyof Entry, Test>> = {
  v: (value) => value === VERSION,
  org: isText,
  entry: (value) => isInteger(value) && (value as number) > 0,
  type: isText,
  amount: isInteger,
  reservedDelta: isInteger,
  reservationId: (value) => value === null || isText(value),
  grants: (value) => Array.isArray(value) && value.every(isShare),
  unit: isText,
  time: isInstant,
  prevHash: isHash,
  hash: isHash,
};

/** What is wrong with an entry that is looked at alone; null when nothing is. */
export const faultOfEntry = (line: JsonObject): string | null => {
  const odd = Object.keys(line).find((key) => !Object.hasOwn(MEMBERS, key));
  if (odd !== undefined) return `an entry has no ${odd}`;
  const wrong = Object.entries(MEMBERS).find(([key, isValid]) => !isValid(line[key]));
  if (wrong !== undefined) return `${wrong[0]} is missing or malformed`;
  return hashWithout(line) === line['hash'] ? null : 'the hash is not that of the entry';
};

interface Move {
  /** Whether the signs of amount and reservedDelta fit the type. */
  readonly fits: (amount: number, reserved: number) => boolean;
  /** What the deltas of its grants come to. */
  readonly grants: (amount: number, reserved: number) => number;
}
const MOVES: Readonly<Record<string, Move>> = {
  grant: { fits: (amount, reserved) => amount > 0 && reserved === 0, grants: (amount) => amount },
  reserve: { fits: (amount, reserved) => amount === 0 && reserved >= 0, grants: (_, reserved) => -reserved },
  release: { fits: (amount, reserved) => amount === 0 && reserved <= 0, grants: (_, reserved) => -reserved },
  capture: { fits: (amount, reserved) => amount <= 0 && reserved === amount, grants: (amount) => amount },
  refund: { fits: (amount, reserved) => amount > 0 && reserved === 0, grants: (amount) => amount },
  adjust: { fits: (amount, reserved) => amount !== 0 && reserved === 0, grants: (amount) => amount },
  expire: { fits: (amount, reserved) => amount <= 0 && reserved === 0, grants: (amount) => amount },
};

/** Why an entry, though its hash is right, is none that the rules allow. Types of later versions pass. */
export const faultOfMove = ({ type, amount, reservedDelta, grants }: Entry): string | null => {
  const move = Object.hasOwn(MOVES, type) ? MOVES[type] : undefined;
  if (move === undefined) return null;
  if (!move.fits(amount, reservedDelta)) return `amounts do not fit the type ${type}`;
  const moved = grants.reduce((sum, { delta }) => sum + delta, 0);
  return moved === move.grants(amount, reservedDelta) ? null : 'the grants do not add up to the amount';
};
