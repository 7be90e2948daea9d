/** Properties of request bodies that hold ids, alone or in an array. */
const ID_NAMES: ReadonlySet<string> = new Set([
  'id',
  'personId',
  'personIds',
  'includedIds',
  'excludedIds',
  'entityId',
  'enrichmentId',
]);
/** Comes back exactly as sent: what it calls an id is none of ours. */
const ECHOED = 'custom';

/** A copy of checked JSON with its ids in lower case, which is how they are stored. Depth is bounded by then. */
export const lowerIds = (value: unknown, isId = false): unknown => {
  if (typeof value === 'string') return isId ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map((item) => lowerIds(item, isId));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [name, name === ECHOED ? item : lowerIds(item, ID_NAMES.has(name))]),
  );
};
