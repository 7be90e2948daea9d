import { APPEND_BUGS } from './append-bugs.js';
import { COMMAND_BUGS } from './command-bugs.js';
import { CORE_BUGS } from './core-bugs.js';
import type { PlantedBug } from './planted-bug.js';
import { RESTORE_BUGS } from './restore-bugs.js';
import { STORE_BUGS } from './store-bugs.js';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...APPEND_BUGS,
  ...RESTORE_BUGS,
  ...COMMAND_BUGS,
  ...STORE_BUGS,
  ...CORE_BUGS,
];
