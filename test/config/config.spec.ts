import { ConfigError, readConfig } from '../../src/config/config.js';

describe('the configuration', () => {
  it('says which variable is out of its bounds', () => {
    for (const value of ['1', '201', 'many']) {
      expect(() => readConfig({ DATABASE_CONNECTIONS: value })).toThrow(ConfigError);
      expect(() => readConfig({ DATABASE_CONNECTIONS: value })).toThrow('DATABASE_CONNECTIONS');
    }
    expect(readConfig({ DATABASE_CONNECTIONS: '7' }).databaseConnections).toBe(7);
    expect(readConfig({}).databaseConnections).toBe(6);
  });
});
