import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shown } from '../src/status';

const cases: Record<string, [text: string, busy: boolean, severity: string]> = {
  off: ['Completion: off', false, 'information'],
  loading: ['Completion: loading', true, 'information'],
  ready: ['Completion: ready', false, 'information'],
  slow: ['Completion: slow', false, 'warning'],
  failing: ['Completion: failing', false, 'warning'],
  dreaming: ['Completion', false, 'information'],
};

for (const [kind, [text, busy, severity]] of Object.entries(cases)) {
  test(`a model that is ${kind} is shown as such, with what the server says`, () => {
    const message = 'An answer takes 6.1 seconds on average.';
    assert.deepEqual(shown({ kind, message }), { text, detail: message, busy, severity });
  });
}
