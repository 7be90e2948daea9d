import { startEmbedded, startKafka, startPostgres, type EmbeddedServer } from '../../../src/embedded/embedded.js';
import { waited } from '../waiting.js';

/** One real broker and one real Postgres on a folder of the run's own; they come back on the same ports and data. */
export class Servers {
  private constructor(
    private readonly dataDir: string,
    private kafka: EmbeddedServer,
    private postgres: EmbeddedServer,
    readonly databaseUrl: string,
  ) {}

  static async start(dataDir: string): Promise<Servers> {
    const { kafka, postgres, databaseUrl } = await startEmbedded({ dataDir });
    return new Servers(dataDir, kafka, postgres, databaseUrl);
  }

  get kafkaBrokers(): string {
    return `127.0.0.1:${this.kafka.port}`;
  }

  /** kill -9, and a start on the same port and data after so long. */
  async crashKafka(downMs: number): Promise<void> {
    await this.kafka.kill();
    await waited(downMs);
    await this.startKafka();
  }

  async crashPostgres(downMs: number): Promise<void> {
    const { port } = this.postgres;
    await this.postgres.kill();
    await waited(downMs);
    this.postgres = await startPostgres({ dataDir: this.dataDir, postgresPort: port });
  }

  stopKafka(): Promise<void> {
    return this.kafka.stop();
  }

  async startKafka(): Promise<void> {
    this.kafka = await startKafka({ dataDir: this.dataDir, kafkaPort: this.kafka.port });
  }

  async stop(): Promise<void> {
    await Promise.all([this.kafka.stop(), this.postgres.stop()]);
  }
}
