import { ApiError, invalidInput } from '../../../commands/api-error.js';
import { checkName } from '../../input/clean.js';

/** What becomes of columns that mean nothing to us. */
export const OTHER_COLUMNS = ['error', 'custom', 'ignore'] as const;
export type OtherColumns = (typeof OTHER_COLUMNS)[number];

/** Compared without case, spaces and punctuation: `First Name`, `first_name` and `firstName` are one. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  id: ['id', 'personId'],
  firstName: ['firstName', 'first', 'givenName', 'forename'],
  lastName: ['lastName', 'last', 'surname', 'familyName'],
  fullName: ['fullName', 'name', 'contactName', 'personName'],
  title: ['title', 'jobTitle', 'position', 'role'],
  companyName: ['companyName', 'company', 'organization', 'organisation', 'account', 'accountName', 'employer'],
  companyDomain: ['companyDomain', 'domain', 'website', 'companyWebsite', 'companyUrl'],
  country: ['country', 'countryCode'],
  linkedinUrl: ['linkedinUrl', 'linkedin', 'linkedinProfile', 'linkedinProfileUrl', 'personLinkedinUrl', 'url'],
  email: ['email', 'emailAddress', 'mail', 'workEmail', 'businessEmail', 'primaryEmail'],
  xHandle: ['xHandle', 'x', 'xUrl', 'twitter', 'twitterHandle', 'twitterUrl', 'twitterUsername'],
  githubUsername: ['githubUsername', 'github', 'githubUser', 'githubHandle', 'githubUrl'],
  tags: ['tags', 'tag', 'labels'],
};

const comparable = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

const PROPERTIES: ReadonlyMap<string, string> = new Map(
  Object.entries(ALIASES).flatMap(([property, names]) => names.map((name) => [comparable(name), property] as const)),
);

const CUSTOM = /^custom\.(.+)$/isu;
const TAG_SEPARATOR = ';';

/** Where a column of the file goes. */
type Target = { readonly kind: 'property' | 'custom'; readonly name: string } | null;

/** The header row of a CSV file, and what it makes of the cells of a row. */
export class CsvColumns {
  private readonly targets: readonly Target[];

  /** @throws ApiError naming the column that is not known, given twice, or the header that is missing */
  constructor(
    private readonly names: readonly string[],
    others: OtherColumns,
  ) {
    if (!names.some((name) => PROPERTIES.has(comparable(name)))) throw missingHeader();
    this.targets = names.map((name) => targetOf(name, others));
    this.refuseRepeated();
  }

  get count(): number {
    return this.names.length;
  }

  /** An empty cell says nothing. */
  given(cells: readonly string[]): Readonly<Record<string, unknown>> {
    const given: Record<string, unknown> = {};
    const custom: Record<string, string> = {};
    this.targets.forEach((target, index) => {
      const cell = cells[index] ?? '';
      if (target === null || cell.trim() === '') return;
      if (target.kind === 'custom') custom[target.name] = cell;
      else given[target.name] = target.name === 'tags' ? tagsIn(cell) : cell;
    });
    return Object.keys(custom).length === 0 ? given : { ...given, custom };
  }

  /** @param path of a property, as errors name it: `email`, `tags.0`, `custom.note` */
  readonly columnOf = (path: string): string | null => {
    const [property = '', custom] = path.split(/\.(.*)/s, 2);
    const name = property === 'custom' ? custom : property;
    const index = this.targets.findIndex((target) => target !== null && target.name === name);
    return this.names[index] ?? null;
  };

  private refuseRepeated(): void {
    const seen = new Map<string, string>();
    this.targets.forEach((target, index) => {
      if (target === null) return;
      const name = this.names[index] ?? '';
      const key = `${target.kind}.${target.name}`;
      const first = seen.get(key);
      if (first !== undefined) throw repeatedColumn(name, `${first} and ${name} both stand for ${target.name}`);
      seen.set(key, name);
    });
  }
}

const tagsIn = (cell: string): readonly string[] =>
  cell
    .split(TAG_SEPARATOR)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

const targetOf = (name: string, others: OtherColumns): Target => {
  if (name === '') return null;
  checkName(name, '');
  const property = PROPERTIES.get(comparable(name));
  if (property !== undefined) return { kind: 'property', name: property };
  const custom = CUSTOM.exec(name)?.[1] ?? (others === 'custom' ? name : undefined);
  if (custom === undefined && others === 'error') throw unknownColumn(name);
  if (custom === undefined) return null;
  checkName(custom, 'custom');
  return { kind: 'custom', name: custom };
};

const missingHeader = (): ApiError =>
  invalidInput(
    '',
    `The first line must name the columns, such as ${Object.keys(ALIASES).slice(1, -1).join(', ')}`,
    'missing_header',
  );

const unknownColumn = (name: string): ApiError =>
  invalidInput(
    name,
    `${name} is not a column that is known; name it custom.${name}, or ask for otherColumns=custom or =ignore`,
    'unknown_column',
  );

const repeatedColumn = (name: string, message: string): ApiError => invalidInput(name, message, 'repeated_column');
