// Links the pinned Node into node_modules/.bin when npm has not: all its platform packages share the name `node`, and
// npm drops the link together with the packages of other platforms (seen with npm 10 and 11).
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const link = join('node_modules', '.bin', 'node');

if (existsSync(join('node_modules', folder, 'bin', 'node')) && !existsSync(link)) {
  rmSync(link, { force: true });
  symlinkSync(join('..', folder, 'bin', 'node'), link);
}
