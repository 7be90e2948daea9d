import { simulate } from './simulate.js';

it('runs', async () => {
  const t = Date.now();
  const report = await simulate({
    seed: process.env['SIM_SEED'] ?? '1',
    commands: Number(process.env['SIM_COMMANDS'] ?? 2000),
  });
  console.log(Date.now() - t, 'ms', report.commands, report.records, report.virtualMs, report.violation?.message);
  console.log(report.paths.all.map(([a, b]) => `${b} ${a}`).join('\n'));
  expect(report.violation).toBeNull();
}, 600_000);
