import type { ApiError, InputFault } from '../../../commands/api-error.js';
import type { IdentityVault } from '../../../commands/record-person.command.js';
import type { Facts } from '../../../commands/merge-facts.js';
import { Refused } from '../../../commands/outcomes.js';
import type { IdentityHash, PersonId } from '../../../domain/kernel/ids.js';
import { errorOf } from '../../errors/faults.js';
import { cleanJson } from '../../input/clean.js';
import { validationPipe } from '../../input/validation.js';
import { identityOf } from '../identity-of.js';
import { PersonDto } from '../person.dto.js';
import { faultAt, type ReadRow, type RowFault } from './import-row.js';

/** A row that may become a person, checked as the body of `POST /api/v1/persons` is. */
export interface Candidate {
  readonly row: ReadRow;
  readonly personId: PersonId | null;
  /** In canonical form (EN-03). */
  readonly facts: Facts;
  /** Strongest first, at least one (EN-17). */
  readonly identities: readonly [IdentityHash, ...IdentityHash[]];
}

/** The same checks as every other body has, in the same order. */
const pipe = validationPipe();

/** All that is wrong with the row when it cannot be one. */
export const candidateOf = async (
  row: ReadRow,
  vault: Pick<IdentityVault, 'identitiesOf'>,
): Promise<Candidate | readonly RowFault[]> => {
  try {
    const body: unknown = await pipe.transform(cleanJson(row.given), { type: 'body', metatype: PersonDto });
    const { id, ...given } = body as PersonDto;
    const facts = { ...identityOf(given) };
    const [strongest, ...weaker] = vault.identitiesOf(facts);
    if (strongest === undefined) throw new Error(`line ${row.line} was let through without an identity`);
    return { row, personId: id ?? null, facts, identities: [strongest, ...weaker] };
  } catch (error) {
    return faultsOf(row, error);
  }
};

export const isCandidate = (checked: Candidate | readonly RowFault[]): checked is Candidate => 'identities' in checked;

/** @throws what is no fault of the row */
export const faultsOf = ({ line, columnOf }: ReadRow, thrown: unknown): readonly RowFault[] => {
  const { code, message, details } = errorOf(thrown);
  if (code === 'INTERNAL_ERROR' && !(thrown instanceof Refused)) throw thrown;
  if (!Array.isArray(details)) return [faultAt(line, `${message}${whom(details)}`)];
  return details.map((detail: InputFault) => faultAt(line, detail.message, columnOf(detail.path)));
};

/** A conflict names the persons that it is about. */
const whom = (details: ApiError['details']): string => {
  const ids = (details as Readonly<Record<string, unknown>> | undefined)?.['personIds'];
  return Array.isArray(ids) ? ` (${ids.join(', ')})` : '';
};
