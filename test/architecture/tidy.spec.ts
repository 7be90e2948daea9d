import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const FILE_LINES_MAX = 250;

const filesUnder = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });

const sources = ['src', 'cli', 'sdk', 'bench', 'test'].flatMap(filesUnder).filter((path) => path.endsWith('.ts'));
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n');

/** Calls that make a pure core impure, spelled so that this file does not contain them itself. */
const IMPURE = [/\bDate\.now\(/, /\bnew Date\(\)/, /\bMath\.random\(/, /\brandomUUID\b/, /\bawait\b/, /\bsetTimeout\b/];

describe('house rules that no linter knows', () => {
  it.each(sources)('%s has at most 250 lines', (path) => {
    expect(linesOf(path).length - 1).toBeLessThanOrEqual(FILE_LINES_MAX);
  });

  it.each(sources.filter((path) => /^src\/(domain|events)\//.test(path)))('%s is pure', (path) => {
    const code = linesOf(path).filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line));
    expect(code.filter((line) => IMPURE.some((call) => call.test(line)))).toEqual([]);
  });

  it('every folder of src has an import rule', () => {
    const rules = readFileSync('.dependency-cruiser.cjs', 'utf8');
    const folders = readdirSync('src').filter((name) => statSync(join('src', name)).isDirectory());
    expect(folders.filter((name) => !new RegExp(`^ {2}'?${name}'?: \\[`, 'm').test(rules))).toEqual([]);
  });

  it('npm start, the image and the bench give Node the same flags', () => {
    const flagsIn = (path: string, line: RegExp): string[] =>
      linesOf(path)
        .filter((text) => line.test(text))
        .flatMap((text) => text.match(/--[a-z-]+(=\d+)?/g) ?? []);
    const started = flagsIn('package.json', /^ +"start": /);
    expect(started).toHaveLength(3);
    expect(flagsIn('Dockerfile', /^CMD \["node"/)).toEqual(started);
    expect(flagsIn('bench/lab/lab.ts', /^const SERVICE_FLAGS = /)).toEqual(started);
  });

  it('no test is skipped or focused, nothing is left open', () => {
    const banned = new RegExp(['\\b(it|describe|test)\\.(skip|only|todo)\\b', 'TO' + 'DO', 'FIX' + 'ME'].join('|'));
    const found = sources.flatMap((path) =>
      linesOf(path)
        .filter((line) => banned.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(found.filter((line) => !line.startsWith('test/architecture/tidy.spec.ts'))).toEqual([]);
  });
});
