import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { claimFolder } from './claim.js';
import { findJava } from './java.js';
import { ClassArchive } from './kafka-archive.js';
import { serverProperties } from './kafka-config.js';
import { kafkaCache, kafkaJars } from './kafka-jars.js';
import type { EmbeddedOptions } from './options.js';
import { choosePort, freePort } from './ports.js';
import { run } from './run.js';
import { startServer, StartFailed, type EmbeddedServer, type ServerSpec } from './server.js';

const CLUSTER_ID = '5L6g3nShT-eMCtK--X86sw'; // 16 bytes in base64url; one broker needs no other.
const HEAP_MB = 384;
const PROPERTIES = 'server.properties';

/**
 * Starts the broker on `<dataDir>/kafka`, made and formatted if new. Its log is `broker.log` in there.
 * @throws EmbeddedUnavailable without Java, or on the first start without Maven.
 * @throws FolderInUse, StartFailed, Error if the wanted port is taken.
 */
export const startKafka = async (options: EmbeddedOptions): Promise<EmbeddedServer> => {
  const { rootDir = process.cwd(), onProgress = () => undefined, extraKafka = {} } = options;
  const java = await findJava();
  const jars = await kafkaJars(resolve(rootDir), onProgress);
  const folder = resolve(options.dataDir, 'kafka');
  const classPath = jars.join(delimiter);
  const archive = new ClassArchive(kafkaCache(resolve(rootDir)), java, jars);
  const claim = await claimFolder(folder);
  try {
    const port = await choosePort(folder, options.kafkaPort);
    writeFileSync(join(folder, PROPERTIES), serverProperties({ port, controllerPort: await freePort() }, extraKafka));
    const flags = jvmFlags(resolve(rootDir), options, classPath);
    if (!existsSync(join(folder, 'data', 'meta.properties'))) {
      onProgress({ step: 'formatting Kafka storage' });
      await run(java.command, [...flags, ...FORMAT], { cwd: folder });
    }
    onProgress({ step: 'starting Kafka' });
    return await startWithArchive(archive, {
      name: 'Kafka',
      command: java.command,
      args: [...flags, 'kafka.Kafka', PROPERTIES],
      port,
      cwd: folder,
      env: process.env,
      logFile: join(folder, 'broker.log'),
      ready: /Kafka Server started/,
      stopSignal: 'SIGTERM',
      claim,
      onExit: (exit) => archive.keep(exit),
    });
  } catch (error) {
    claim.release();
    throw error;
  }
};

const FORMAT = [
  'kafka.tools.StorageTool',
  'format',
  '--cluster-id',
  CLUSTER_ID,
  '-c',
  PROPERTIES,
  '--ignore-formatted',
];

const JVM_KINDS = { small: ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'], server: ['-XX:+UseG1GC'] } as const;

const jvmFlags = (
  rootDir: string,
  { kafkaHeapMb = HEAP_MB, kafkaJvm = 'small' }: EmbeddedOptions,
  classPath: string,
): string[] => [
  `-Xms${kafkaHeapMb}m`,
  `-Xmx${kafkaHeapMb}m`,
  ...JVM_KINDS[kafkaJvm],
  '-XX:+ExitOnOutOfMemoryError',
  '-XX:-UsePerfData', // Otherwise a killed broker leaves a file in the system's temp folder.
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${join(rootDir, 'dev', 'kafka', 'log4j2.properties')}`,
  '-cp',
  classPath,
];

/** An archive may be broken in a way that the JVM does not notice: it must never cost a start. */
const startWithArchive = async (archive: ClassArchive, spec: ServerSpec): Promise<EmbeddedServer> => {
  const start = () => startServer({ ...spec, args: [...archive.flags(), ...spec.args] });
  return start().catch((error: unknown) => {
    if (error instanceof StartFailed && error.exit && archive.discard()) return start();
    throw error;
  });
};
