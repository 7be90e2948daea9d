import { ConfigError, readConfig } from '../../src/config/config.js';

describe('the configuration', () => {
  it('says which variable is out of its bounds', () => {
    for (const value of ['1', '201', 'many']) {
      expect(() => readConfig({ DATABASE_CONNECTIONS: value })).toThrow(ConfigError);
      expect(() => readConfig({ DATABASE_CONNECTIONS: value })).toThrow('DATABASE_CONNECTIONS');
    }
    for (const value of [2, 7, 200]) {
      expect(readConfig({ DATABASE_CONNECTIONS: `${value}` }).databaseConnections).toBe(value);
    }
    expect(readConfig({}).databaseConnections).toBe(6);
  });
});
