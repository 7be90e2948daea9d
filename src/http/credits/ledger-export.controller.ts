import { Controller, Get, Inject, type StreamableFile } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { ApiError } from '../../commands/api-error.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { LedgerFiles } from './ledger-files.js';
import { LedgerProofs } from './ledger-proofs.js';
import { ProofDto } from './ledger.dto.js';
import { Documented } from '../openapi/operation-doc.js';
import { EXPORT_LEDGER, PROVE_ENTRY } from './ledger.docs.js';

/** CR-11: an org's chain as files that can be checked offline. */
@Controller('api/v1/credits')
export class LedgerExportController {
  constructor(
    @Inject(LedgerFiles) private readonly files: LedgerFiles,
    @Inject(LedgerProofs) private readonly proofs: LedgerProofs,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
  ) {}

  /** The newest signed statement about the org stands right behind the entry it speaks of. */
  @Get('export')
  @Documented(EXPORT_LEDGER)
  @Scopes('credits')
  async export(
    @Input('path') _: object,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<StreamableFile> {
    const last = await this.consistency.read({ orgId, sent }, () => this.files.lastEntry(orgId));
    const inclusion = await this.proofs.newest(orgId);
    // A statement may have come since: what it covers is part of the chain.
    return this.files.stream(orgId, { from: 1, last: Math.max(last, inclusion?.covering.head.entry ?? 0), inclusion });
  }

  /** From the entry to the first signed head that comes of it. */
  @Get('proof/:entry')
  @Documented(PROVE_ENTRY)
  @Scopes('credits')
  async proof(
    @Input('path') { entry }: ProofDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<StreamableFile> {
    const last = await this.consistency.find({ orgId, sent }, async () => {
      const known = await this.files.lastEntry(orgId);
      return known < entry ? null : known;
    });
    if (last === null) throw noEntry();
    const inclusion = await this.proofs.of(orgId, entry);
    if (inclusion === null) throw notSignedYet();
    return this.files.stream(orgId, { from: entry, last: inclusion.covering.head.entry, inclusion });
  }
}

/** Statements are made every minute. */
const RETRY_AFTER_S = 60;

const noEntry = (): ApiError =>
  new ApiError({ code: 'NOT_FOUND', reason: 'unknown_entry', message: 'The ledger has no such entry' });

const notSignedYet = (): ApiError =>
  new ApiError({
    code: 'CONFLICT',
    reason: 'not_signed_yet',
    message: 'No signed statement covers the entry yet',
    headers: { 'retry-after': String(RETRY_AFTER_S) },
  });
