import { FaultyLog } from './contract/faulty-log.js';
import { followerContract } from './contract/follower.contract.js';
import { goingBackContract } from './contract/going-back.contract.js';
import { PartitionUnderTest, type LogHarness } from './contract/harness.js';
import { logPortContract } from './contract/log-port.contract.js';
import { messagesContract } from './contract/messages.contract.js';
import { writerContract } from './contract/writer.contract.js';

/** Enough partitions for every test that can share topics. */
const SHARED_PARTITIONS = 40;
const FRESH_PARTITIONS = 3;

/** What every `Log` owes the rest of Tributary; runs alike on the in-memory twin and on a real broker. */
export const logContract = (create: (partitions: number) => Promise<LogHarness>): void => {
  const opened: LogHarness[] = [];
  let shared: LogHarness;
  let sharedLog: FaultyLog;
  let partition = 0;

  beforeAll(async () => {
    shared = await create(SHARED_PARTITIONS);
    opened.push(shared);
    sharedLog = new FaultyLog(await shared.connect('shared'));
  });
  afterAll(() => Promise.all(opened.map((harness) => harness.close())));

  const next = (): PartitionUnderTest => new PartitionUnderTest(shared, partition++, sharedLog);
  const fresh = async (): Promise<PartitionUnderTest> => {
    const harness = await create(FRESH_PARTITIONS);
    opened.push(harness);
    return new PartitionUnderTest(harness, 1, new FaultyLog(await harness.connect('first')));
  };

  logPortContract(next);
  writerContract(next);
  goingBackContract(fresh);
  followerContract(fresh);
  messagesContract(fresh);
};
