import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findServer, type Machine, ServerNotFound } from '../src/server';

/** A machine on which `programs` exist and Pythons in `pythons` have the package. */
function machine(
  platform: NodeJS.Platform,
  PATH: string,
  programs: string[],
  pythons: string[] = [],
): Machine {
  return {
    platform,
    env: platform === 'win32' ? { Path: PATH } : { PATH },
    home: platform === 'win32' ? 'C:\\Users\\ann' : '/home/ann',
    isProgram: async (file) => programs.includes(file),
    succeeds: async (command) => pythons.includes(command),
  };
}

const cases: {
  name: string;
  path?: string;
  folders?: string[];
  on: Machine;
  runs: string[] | RegExp;
}[] = [
  {
    name: 'the setting comes first',
    path: '/opt/ff/bin/fastformula',
    folders: ['/pay'],
    on: machine('linux', '/usr/bin', ['/opt/ff/bin/fastformula', '/pay/.venv/bin/fastformula']),
    runs: ['/opt/ff/bin/fastformula', 'serve'],
  },
  {
    name: 'a wrong setting is an error, not a reason to start something else',
    path: '/opt/gone',
    on: machine('linux', '/usr/bin', ['/usr/bin/fastformula']),
    runs: /fastformula\.server\.path says “\/opt\/gone”/,
  },
  {
    name: 'the setting may begin with the home folder',
    path: '~/ff/bin/fastformula',
    on: machine('darwin', '', ['/home/ann/ff/bin/fastformula']),
    runs: ['/home/ann/ff/bin/fastformula', 'serve'],
  },
  {
    name: 'the setting may be relative to the workspace',
    path: '${workspaceFolder}/env/bin/fastformula',
    folders: ['/pay'],
    on: machine('linux', '', ['/pay/env/bin/fastformula']),
    runs: ['/pay/env/bin/fastformula', 'serve'],
  },
  {
    name: 'the setting may be a name to look up',
    path: 'fastformula-dev',
    on: machine('linux', '/usr/bin:/opt/bin', ['/opt/bin/fastformula-dev']),
    runs: ['/opt/bin/fastformula-dev', 'serve'],
  },
  {
    name: 'then the .venv of an open folder',
    folders: ['/rules', '/pay'],
    on: machine('linux', '/usr/bin', ['/usr/bin/fastformula', '/pay/.venv/bin/fastformula']),
    runs: ['/pay/.venv/bin/fastformula', 'serve'],
  },
  {
    name: 'on Windows a .venv has another shape',
    folders: ['C:\\pay'],
    on: machine('win32', '', ['C:\\pay\\.venv\\Scripts\\fastformula.exe']),
    runs: ['C:\\pay\\.venv\\Scripts\\fastformula.exe', 'serve'],
  },
  {
    name: 'then the search path',
    folders: ['/pay'],
    on: machine('linux', '/usr/bin:/opt/bin', ['/opt/bin/fastformula', '/usr/bin/python3']),
    runs: ['/opt/bin/fastformula', 'serve'],
  },
  {
    name: 'a relative entry of the search path runs nothing of the workspace',
    folders: ['/pay'],
    on: machine('linux', '.:bin', ['fastformula', 'bin/fastformula', './fastformula']),
    runs: /not installed/,
  },
  {
    name: 'last a Python that has the package',
    on: machine('linux', '/usr/bin', ['/usr/bin/python3', '/usr/bin/python'], ['/usr/bin/python']),
    runs: ['/usr/bin/python', '-P', '-m', 'fastformula_server', 'serve'],
  },
  {
    name: 'on Windows that is the launcher',
    on: machine('win32', 'C:\\Windows;C:\\Py', ['C:\\Windows\\py.exe'], ['C:\\Windows\\py.exe']),
    runs: ['C:\\Windows\\py.exe', '-P', '-m', 'fastformula_server', 'serve'],
  },
  {
    name: 'a Python without the package is not started',
    on: machine('linux', '/usr/bin', ['/usr/bin/python3']),
    runs: /pip install fastformula/,
  },
];

for (const { name, path = '', folders = [], on, runs } of cases) {
  test(name, async () => {
    const found = findServer({ path, folders }, on);
    if (runs instanceof RegExp) {
      await assert.rejects(found, (error) => {
        assert.ok(error instanceof ServerNotFound);
        assert.match(error.message, runs);
        return true;
      });
    } else {
      const { command, args } = await found;
      assert.deepEqual([command, ...args], runs);
    }
  });
}
