/**
 * Branded identifiers. A bare string never crosses a function boundary as an id,
 * so that a person id cannot be handed over where an enrichment id is meant.
 */
declare const brand: unique symbol;
export type Branded<Value, Name extends string> = Value & { readonly [brand]: Name };

export type OrgId = Branded<string, 'OrgId'>;
export type PersonId = Branded<string, 'PersonId'>;
export type EnrichmentId = Branded<string, 'EnrichmentId'>;
export type ReservationId = Branded<string, 'ReservationId'>;
export type GrantId = Branded<string, 'GrantId'>;
export type TransactionId = Branded<string, 'TransactionId'>;
export type CommandId = Branded<string, 'CommandId'>;
/** Names a data key of the vault; values sealed under it can be opened by (org, key id). */
export type KeyId = Branded<string, 'KeyId'>;
/** Hex HMAC-SHA-256 of one identity key of a person (API EN-17); reveals nothing by itself. */
export type IdentityHash = Branded<string, 'IdentityHash'>;
/** Base64 of an AES-256-GCM box made by the vault. */
export type Sealed = Branded<string, 'Sealed'>;

const VERSIONS = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** RFC 9562 §5.9, §5.10: nil and max have neither version nor variant. */
const EXTREMES = /^(0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})$/;

/** True for a lower-case RFC 9562 UUID of any version, nil and max included (API OP-06). */
export const isUuid = (text: string): boolean => VERSIONS.test(text) || EXTREMES.test(text);

/** SHA-256 of UTF-8 text as 64 lower-case hex digits; handed in, because the core imports nothing. */
export type Sha256 = (text: string) => string;

/**
 * UUIDv8: 48 bits of `timeMs` first, so that keys grow in insertion order, the rest from a hash of the
 * command and the index of the id within it. The same command always makes the same ids.
 */
export const deriveId = (sha256: Sha256, timeMs: number, commandId: CommandId, index: number): string => {
  const time = timeMs.toString(16).padStart(12, '0');
  const hash = sha256(`${commandId}/${index}`);
  const variant = '89ab'[parseInt(hash.charAt(3), 16) & 3] ?? '8';
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-8${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(8, 20)}`;
};

/** UUIDv8 of nothing but a hash (64 hex digits): the name of something that has no id of its own. */
export const idOfHash = (hash: string): string => {
  const variant = '89ab'[parseInt(hash.charAt(15), 16) & 3] ?? '8';
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(12, 15)}-${variant}${hash.slice(16, 19)}-${hash.slice(19, 31)}`;
};
