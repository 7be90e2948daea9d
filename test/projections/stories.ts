import type { OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import { HIT, Story } from '../support/events.js';

export const ORG_A = 'org_a' as OrgId;
export const ORG_B = 'org_b' as OrgId;

/** One person whose email was found at the second step, paid from a grant. */
export const foundStory = (orgId = ORG_A): { story: Story; personId: PersonId } => {
  const story = new Story();
  story.grant(orgId, 100);
  const personId = story.person(orgId);
  const [id] = story.request(orgId, [personId]);
  if (id === undefined) throw new Error('nothing was requested');
  story.respond(orgId, id);
  story.respond(orgId, id, HIT);
  return { story, personId };
};
