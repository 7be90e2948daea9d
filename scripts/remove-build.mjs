// Before the build of an installation: what an older version left in `dist` must not be found there. `npm start` only
// builds over it, because a service or `npx tributary` may be running from the same folder.
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
