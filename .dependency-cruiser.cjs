// Who may import whom (docs/architecture.md). A folder may import itself; main.ts and app.module.ts may import anything.
const CORE = ['domain/kernel', 'domain', 'events'];
const MAY_IMPORT = {
  'domain/kernel': [],
  events: ['domain/kernel', 'domain'],
  domain: ['domain/kernel', 'events'],
  config: [],
  observability: ['config', 'domain/kernel'],
  net: ['config', 'observability', 'domain/kernel'],
  db: ['config', 'domain/kernel', 'log/checkpoint.ts', 'observability'],
  log: [...CORE, 'config', 'observability'],
  vault: ['domain/kernel', 'db', 'config', 'observability'],
  decider: [...CORE, 'log', 'db', 'config', 'observability'],
  commands: [...CORE, 'log', 'observability', 'config'],
  providers: [...CORE, 'log', 'vault', 'net', 'db', 'config', 'observability', 'rates'],
  projections: [...CORE, 'log', 'db', 'vault', 'config', 'observability'],
  rates: ['domain/kernel', 'db', 'observability'],
  auth: ['domain/kernel', 'db', 'config', 'observability', 'commands', 'rates'],
  http: [...CORE, 'commands', 'projections', 'providers', 'rates', 'auth', 'vault', 'config', 'observability'],
  embedded: [],
  demo: ['auth', 'commands', 'vault', 'domain/kernel'],
};
const from = (layer) => (layer === 'domain' ? '^src/domain/(?!kernel/)' : `^src/${layer}/`);
const to = (layer) => (layer.endsWith('.ts') ? `^src/${layer}$` : `^src/${layer}/`);
const rule = (name, source, target) => ({ name, severity: 'error', from: source, to: target });
const onlyIn = (name, pkg, where) =>
  rule(`only-${name}`, { path: '^src/', pathNot: where }, { path: `node_modules/(${pkg})/` });

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([layer, allowed]) =>
      rule(
        `layer-${layer.replace('/', '-')}`,
        { path: from(layer) },
        { path: '^src/', pathNot: [to(layer), ...allowed.map(to)] },
      ),
    ),
    rule(
      'pure-core',
      { path: '^src/(domain|events)/' },
      { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'unknown'] },
    ),
    rule(
      'ports-not-adapters',
      { path: '^src/', pathNot: ['^src/(app\\.module|main|runtime)\\.ts$', '^src/log/'] },
      { path: '^src/log/(kafka|memory)/' },
    ),
    rule('http-never-touches-the-log', { path: '^src/http/' }, { path: '^src/log/' }),
    rule(
      'vendors-are-islands',
      { path: '^src/providers/([^/]+)/' },
      { path: '^src/providers/([^/]+)/', pathNot: '^src/providers/$1/' },
    ),
    onlyIn('kafkajs', 'kafkajs', '^src/log/kafka/'),
    onlyIn('undici', 'undici', '^src/net/'),
    onlyIn('typeorm', 'typeorm|pg', ['^src/(db|projections|decider|providers|webhooks|auth|vault)/']),
    rule('clients-use-the-api', { path: '^(web|sdk)/' }, { path: '^(src|test|cli)/' }),
    rule('no-test-in-src', { path: '^(src|cli)/' }, { path: '^(test|bench)/' }),
    rule('no-circular', {}, { circular: true }),
    rule('no-orphans', { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', '^src/main\\.ts$'] }, {}),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
