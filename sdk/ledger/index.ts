/** Checks what a Tributary installation says about an org's credits, offline, with nothing but Node. */
export {
  verifyExport,
  FINDINGS_MAX,
  type ExportReport,
  type Finding,
  type SignedHead,
  type VerifyOptions,
} from './verify-export.js';
export { keyIdOf, type Statement } from './checkpoint.js';
export { faultOfEntry, faultOfMove, GENESIS_HASH, type Entry } from './entry.js';
export { canonicalJson, sha256, type Json, type JsonObject } from './canonical.js';
