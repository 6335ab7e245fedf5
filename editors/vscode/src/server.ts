/**
 * Where the language server is on this machine.
 *
 * No word of VS Code in here, and the machine is an argument, so that every system's
 * rules are tested on any.
 */
import * as path from 'node:path';

/** What the search asks of the machine it runs on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Is `file` a program that can be started? */
  isProgram(file: string): Promise<boolean>;
  /** Does `command` end with exit status 0? */
  succeeds(command: string, args: readonly string[]): Promise<boolean>;
}

/** What the author set, and what is open. */
export interface Wishes {
  /** The setting `fastformula.server.path`; empty when unset. */
  readonly path: string;
  /** The open folders, those that may not run programs left out. */
  readonly folders: readonly string[];
}

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** No server; the message says what to do about it. */
export class ServerNotFound extends Error {}

export const INSTALL_COMMAND = 'pip install fastformula';

/**
 * The first of: the setting, a workspace's `.venv`, the search path, a Python that has
 * the package. Throws {@link ServerNotFound}.
 */
export async function findServer(wishes: Wishes, machine: Machine): Promise<ServerCommand> {
  const where = machine.platform === 'win32' ? path.win32 : path.posix;
  const program = machine.platform === 'win32' ? 'fastformula.exe' : 'fastformula';
  const wish = wishes.path.trim();
  if (wish !== '') {
    const file = resolved(wish, wishes.folders[0], machine.home, where);
    const found = where.isAbsolute(file)
      ? (await machine.isProgram(file)) && file
      : await onSearchPath(withSuffix(file, machine.platform), machine, where);
    if (found) return { command: found, args: ['serve'] };
    throw new ServerNotFound(
      `The setting fastformula.server.path says “${wish}”, but there is no program there.`,
    );
  }
  const scripts = machine.platform === 'win32' ? 'Scripts' : 'bin';
  for (const folder of wishes.folders) {
    const file = where.join(folder, '.venv', scripts, program);
    if (await machine.isProgram(file)) return { command: file, args: ['serve'] };
  }
  const installed = await onSearchPath(program, machine, where);
  if (installed) return { command: installed, args: ['serve'] };
  for (const name of machine.platform === 'win32' ? ['py.exe', 'python.exe'] : ['python3', 'python']) {
    const python = await onSearchPath(name, machine, where);
    // -P keeps the open folder out of Python's module path: no file of a workspace may
    // stand in for a module of the server.
    if (python && (await machine.succeeds(python, ['-P', '-c', 'import fastformula_server']))) {
      return { command: python, args: ['-P', '-m', 'fastformula_server', 'serve'] };
    }
  }
  throw new ServerNotFound(
    'The FastFormula language server is not installed. ' +
      `Run “${INSTALL_COMMAND}” in a terminal (Python 3.11 or later), or set ` +
      'fastformula.server.path to the fastformula program, then restart the server.',
  );
}

/** `wish` with `~` and `${workspaceFolder}` filled in; a bare name stays one. */
function resolved(
  wish: string,
  folder: string | undefined,
  home: string,
  where: path.PlatformPath,
): string {
  const file = wish
    .replace(/^~(?=[\\/]|$)/, () => home)
    .replace(/\$\{workspaceFolder\}/g, () => folder ?? home);
  const bare = where.basename(file) === file;
  return bare ? file : where.resolve(folder ?? home, file);
}

function withSuffix(name: string, platform: NodeJS.Platform): string {
  return platform === 'win32' && path.win32.extname(name) === '' ? `${name}.exe` : name;
}

/** Only absolute entries count: `.` would run whatever the open folder holds. */
async function onSearchPath(
  name: string,
  machine: Machine,
  where: path.PlatformPath,
): Promise<string | undefined> {
  const entries = machine.env['PATH'] ?? machine.env['Path'] ?? '';
  for (const entry of entries.split(where.delimiter)) {
    const file = where.join(entry, name);
    if (where.isAbsolute(entry) && (await machine.isProgram(file))) return file;
  }
  return undefined;
}
