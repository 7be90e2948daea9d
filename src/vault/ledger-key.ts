import { createHash, createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { statement, type Database, type Sql } from '../db/database.js';
import { instantOf, type Instant } from '../domain/kernel/instant.js';
import { decrypt, deriveMasterKeys, encrypt } from './sealing.js';

/** What verifies statements about the ledger (API CR-11): known to everybody. */
export interface LedgerPublicKey {
  /** The first 32 hex digits of the SHA-256 of the key. */
  readonly keyId: string;
  /** Base64 of the SPKI DER. */
  readonly publicKey: string;
  readonly createdAt: Instant;
}

const LOCK = statement('ledger_keys_lock', 'lock table ledger_keys in share row exclusive mode');
const NEWEST = statement(
  'ledger_keys_newest',
  'select key_id, wrapped_key from ledger_keys order by created_at desc limit 1',
);
const CREATE = statement(
  'ledger_keys_create',
  'insert into ledger_keys (key_id, public_key, wrapped_key) values ($1, $2, $3)',
);
const ALL = statement('ledger_keys_all', 'select key_id, public_key, created_at from ledger_keys order by created_at');

interface OwnRow {
  readonly key_id: string;
  readonly wrapped_key: Buffer;
}
interface PublicRow {
  readonly key_id: string;
  readonly public_key: Buffer;
  readonly created_at: Date;
}

/** The Ed25519 key that signs for this installation: made at its first start, wrapped by the master key. */
export class LedgerKey {
  private constructor(
    readonly keyId: string,
    private readonly privateKey: KeyObject,
  ) {}

  /** @throws when the master key is not the one it was wrapped with */
  static async open(database: Database, masterKey: Buffer): Promise<LedgerKey> {
    const { wrapping } = deriveMasterKeys(masterKey);
    return database.transaction(async (sql) => {
      await sql.query(LOCK); // Of two processes that start at once, one makes the key.
      const [row] = await sql.query<OwnRow>(NEWEST);
      const { key_id: keyId, wrapped_key: wrapped } = row ?? (await create(sql, wrapping));
      const der = decrypt(wrapping, aboutOf(keyId), wrapped);
      return new LedgerKey(keyId, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    });
  }

  /** Base64 of the signature over UTF-8 text. */
  sign(text: string): string {
    return sign(null, Buffer.from(text), this.privateKey).toString('base64');
  }
}

/** Every key that ever signed, oldest first. */
export class LedgerPublicKeys {
  constructor(private readonly sql: Sql) {}

  async all(): Promise<readonly LedgerPublicKey[]> {
    const rows = await this.sql.query<PublicRow>(ALL);
    return rows.map(({ key_id, public_key, created_at }) => ({
      keyId: key_id,
      publicKey: public_key.toString('base64'),
      createdAt: instantOf(created_at.getTime()),
    }));
  }
}

const KEY_ID_LENGTH = 32;

const create = async (sql: Sql, wrapping: KeyObject): Promise<OwnRow> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, KEY_ID_LENGTH);
  const wrapped = encrypt(wrapping, aboutOf(keyId), privateKey.export({ format: 'der', type: 'pkcs8' }));
  await sql.query(CREATE, [keyId, spki, wrapped]);
  return { key_id: keyId, wrapped_key: wrapped };
};

const aboutOf = (keyId: string): string => `ledger-key/${keyId}`;
