// @ts-check
// node scripts/run.mjs COMMAND [ARGUMENT…]: installs what is missing, then runs an installed command, or a script of ours.
import { spawnSync } from 'node:child_process';
import { commandFile, ensureInstalled, root } from './install.mjs';

const [command = '', ...args] = process.argv.slice(2);
ensureInstalled();
const file = command.endsWith('.mjs') ? command : commandFile(command);
const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
