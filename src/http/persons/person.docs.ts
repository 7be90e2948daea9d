import { boolean, listOf, nullable, object, oneOf, string, strings } from '../../events/schema-parts.js';
import { POSITION } from '../openapi/headers.js';
import { named } from '../openapi/named.js';
import type { OperationDoc } from '../openapi/operation-doc.js';
import { described, nextCursor, text, time, uuid } from '../openapi/parts.js';
import type { EmailDetails, PhoneDetails } from './contact-details.js';
import type { presentIdentity } from './person.presenter.js';

type Identity = ReturnType<typeof presentIdentity>;

const IDENTITY = {
  id: uuid,
  createdAt: time,
  firstName: nullable(text),
  lastName: nullable(text),
  fullName: nullable(text),
  title: nullable(text),
  companyName: nullable(text),
  companyDomain: nullable(text),
  country: nullable(text),
  linkedinUrl: nullable(text),
  email: nullable(text),
  xHandle: nullable(text),
  githubUsername: nullable(text),
  tags: strings,
  custom: described({}, 'The client’s own data, as it was sent; null when there is none.'),
};

const LISTED_PERSON = named('ListedPerson', object<Identity>(IDENTITY));

const SIGHTING = {
  provider: string,
  confidence: { type: 'number', minimum: 0, maximum: 100 },
  verifiedAt: time,
  firstSeen: time,
  billable: described(boolean, 'Credits were captured for it.'),
};

const EMAIL = named(
  'FoundEmail',
  object<EmailDetails>({
    ...SIGHTING,
    value: string,
    type: oneOf('work', 'personal'),
    status: oneOf('deliverable', 'probable', 'catch_all_verified', 'catch_all', 'invalid', 'unknown'),
  }),
);

const PHONE = named(
  'FoundPhone',
  object<PhoneDetails>({
    ...SIGHTING,
    value: described(string, 'E.164.'),
    type: oneOf('mobile', 'landline', 'voip', 'unknown'),
    status: oneOf('valid', 'unknown', 'invalid'),
    country: nullable(text),
  }),
);

const PERSON = named(
  'Person',
  object<Identity & { emails: unknown; phones: unknown; signals: null }>({
    ...IDENTITY,
    emails: described(listOf(EMAIL), 'Verified professional addresses, the surest first.'),
    phones: described(listOf(PHONE), 'Valid numbers, the surest first.'),
    signals: { type: 'null' },
  }),
);

const LISTED_EXAMPLE = {
  id: '550e8400-e29b-41d4-a716-446655440000',
  createdAt: '2026-11-21T01:02:03.004Z',
  firstName: 'Ada',
  lastName: 'Lovelace',
  fullName: null,
  title: null,
  companyName: 'Analytical Engines',
  companyDomain: 'example.com',
  country: 'GB',
  linkedinUrl: 'https://www.linkedin.com/in/ada',
  email: null,
  xHandle: null,
  githubUsername: null,
  tags: ['first'],
  custom: { crmId: 7 },
};
const EXAMPLE = {
  ...LISTED_EXAMPLE,
  emails: [
    {
      value: 'ada@example.com',
      type: 'work',
      status: 'deliverable',
      provider: 'sandbox-fast',
      confidence: 95,
      verifiedAt: '2026-11-21T01:02:03.404Z',
      firstSeen: '2026-11-21T01:02:03.404Z',
      billable: true,
    },
  ],
  phones: [],
  signals: null,
};

const IDENTITY_REASONS = ['identity_required', 'unsupported_linkedin_url'];

/** PR-01. */
export const RECORD_PERSON: OperationDoc = {
  id: 'recordPerson',
  summary: 'Record a person; what is known of them is merged, never replaced as a whole',
  description:
    'Needs one of linkedinUrl, email, xHandle, githubUsername, or a name with companyName or companyDomain. A person with the same identity is the same person.',
  example: { linkedinUrl: 'https://www.linkedin.com/in/ada', firstName: 'Ada', tags: ['first'] },
  answers: {
    200: {
      description: 'The person was known.',
      schema: PERSON,
      headers: [...POSITION, 'Location', 'X-Person-Existing'],
      example: EXAMPLE,
    },
    201: { description: 'The person is new.', schema: PERSON, headers: [...POSITION, 'Location'] },
  },
  errors: {
    VALIDATION_ERROR: IDENTITY_REASONS,
    CONFLICT: ['identity_conflict', 'person_exists'],
    GONE: ['erased_person'],
    UNAVAILABLE: ['contended'],
  },
  details: { CONFLICT: object<{ personIds: readonly string[] }>({ personIds: listOf(uuid) }) },
};

/** PR-03. */
export const FIND_PERSON: OperationDoc = {
  id: 'findPerson',
  summary: 'A person, with what was found',
  answers: { 200: { description: 'The person.', schema: PERSON, example: EXAMPLE } },
  errors: { NOT_FOUND: ['unknown_person'], GONE: ['erased_person'] },
};

/** PR-03. */
export const LIST_PERSONS: OperationDoc = {
  id: 'listPersons',
  summary: 'People that match, oldest first or `order=-createdAt`',
  description: '`filters` is a Filter as JSON; `q` are up to five words that all stand somewhere in what is known.',
  answers: {
    200: {
      description: 'A page. Erased people are left out, so that it may be shorter than its limit.',
      schema: object<{ persons: unknown; nextCursor: string | null }>({ persons: listOf(LISTED_PERSON), nextCursor }),
      example: { persons: [LISTED_EXAMPLE], nextCursor: null },
    },
  },
};

/** PR-03. */
export const MERGE_PERSON: OperationDoc = {
  id: 'mergePerson',
  summary: 'Merge facts into a person; what is not mentioned stays',
  example: { title: 'Countess' },
  answers: { 200: { description: 'The person.', schema: PERSON, headers: POSITION, example: EXAMPLE } },
  errors: {
    VALIDATION_ERROR: IDENTITY_REASONS,
    NOT_FOUND: ['unknown_person'],
    CONFLICT: ['identity_conflict', 'person_exists'],
    GONE: ['erased_person'],
    UNAVAILABLE: ['contended'],
  },
  details: { CONFLICT: object<{ personIds: readonly string[] }>({ personIds: listOf(uuid) }) },
};
