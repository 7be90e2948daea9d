import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { BrokerConnection, NotSent } from '../../../src/log/kafka/broker-connection.js';
import { metadataExchange } from '../../../src/log/kafka/metadata-exchange.js';
import { logger } from './support.js';

const REQUEST_MS = 500;

jest.setTimeout(30_000);

/** A broker that takes connections and never says a word, like one that is frozen. */
describe('a connection to a broker that does not answer', () => {
  const sockets: Socket[] = [];
  let server: Server;
  let connection: BrokerConnection;
  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    connection = new BrokerConnection(
      { host: '127.0.0.1', port },
      { clientId: 't', logger, requestTimeoutMs: REQUEST_MS },
    );
  });
  afterEach(async () => {
    connection.reset('end of test');
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = (): Promise<unknown> => connection.send(metadataExchange([], REQUEST_MS));

  it('says that nothing was sent, and tries the next request on a new socket', async () => {
    await expect(ask()).rejects.toThrow(NotSent);
    expect(sockets).toHaveLength(1);
    await expect(ask()).rejects.toThrow(NotSent);
    expect(sockets).toHaveLength(2);
  });

  it('fails what waits at once when it is reset', async () => {
    const startMs = performance.now();
    const asked = expect(ask()).rejects.toThrow(NotSent);
    while (sockets.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    connection.reset('planted');
    await asked;
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});
