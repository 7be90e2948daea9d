const STRING_OVERHEAD_BYTES = 16;
const NUMBER_BYTES = 8;
const OBJECT_OVERHEAD_BYTES = 24;
const SLOT_BYTES = 8;

/** Roughly what a state takes in memory; property names are shared by all states of a shape, so they are free. */
export const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return STRING_OVERHEAD_BYTES + value.length;
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
  let bytes = OBJECT_OVERHEAD_BYTES;
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const part of parts) bytes += SLOT_BYTES + sizeOf(part);
  return bytes;
};
