import { wrongRow } from '../../cli/audit/compare-read-model.js';
import { lineOf } from '../../cli/audit/finding-line.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';

const orgId = 'acme' as OrgId;

describe('a finding of the audit, for people', () => {
  it('in the log has partition and offset', () => {
    const finding = { orgId, partition: 3, offset: 7n, problem: 'the chain breaks' };
    expect(lineOf(finding)).toBe('  acme partition 3 offset 7: the chain breaks');
  });

  it('in the read model has no partition, and none is made up', () => {
    const finding = wrongRow(orgId, 'credit_accounts: balance is 1 instead of 2');
    expect([finding.partition, finding.offset]).toEqual([null, null]);
    expect(lineOf(finding)).toBe('  acme: credit_accounts: balance is 1 instead of 2');
  });

  it('in the read model, found by an entry of the log, has its partition', () => {
    expect(lineOf(wrongRow(orgId, 'credit_entries: entry 4 is missing', 3))).toBe(
      '  acme partition 3: credit_entries: entry 4 is missing',
    );
  });
});
