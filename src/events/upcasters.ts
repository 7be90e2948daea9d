/** Turns the data of one version of a type into the data of the next version. Pure and total over recorded data. */
export type Upcaster = (data: unknown) => unknown;

/** By type, then by the version an upcaster starts from: `{ CreditsGranted: { 1: upcastCreditsGrantedV1 } }`. */
export type UpcasterChain = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;

/** Empty: every type is still at its first version. */
export const UPCASTERS: UpcasterChain = {};

export class UnknownEventVersion extends Error {
  override readonly name = 'UnknownEventVersion';
}

/** What has to be brought to which version. */
export interface VersionedData {
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
}

/**
 * Brings data up to `current`, one version at a time.
 * @throws UnknownEventVersion the data is newer than this reader, or a link of the chain is missing
 */
export const upcast = ({ type, version, data }: VersionedData, current: number, chain = UPCASTERS): unknown => {
  if (version === current) return data;
  const step = version < current ? chain[type]?.[version] : undefined;
  if (step === undefined) throw new UnknownEventVersion(`${type} version ${version}, this reader knows ${current}`);
  return upcast({ type, version: version + 1, data: step(data) }, current, chain);
};
