import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked, fileLabel, outcomeLines, type Range, statements, told } from '../src/cases';

const PAY = 'file:///pay%20roll/over%20time.fftest.toml';
const AT: Range = { start: { line: 2, character: 0 }, end: { line: 2, character: 8 } };
const BELOW: Range = { start: { line: 3, character: 2 }, end: { line: 3, character: 9 } };

test('a case file is known by its name', () => {
  assert.equal(fileLabel(PAY), 'over time');
  assert.equal(fileLabel('file:///c%3A/pay.ff'), 'pay.ff');
});

test('cases are asked for by their files', () => {
  const cases = [
    { uri: 'a', name: 'one' },
    { uri: 'b', name: 'one' },
    { uri: 'a', name: 'two' },
  ];
  assert.deepEqual(asked(cases), [
    { uri: 'a', names: ['one', 'two'] },
    { uri: 'b', names: ['one'] },
  ]);
  assert.deepEqual(asked([]), []);
});

test('the terminal is told a line of what passes, and why the others fail', () => {
  const result = { uri: PAY, name: 'a long week', seconds: 0.014, differences: [] };
  assert.equal(
    told({ ...result, passed: true, message: '' }),
    'passed over time: a long week (0.01 s)\r\n',
  );
  const message = 'FAILED pay.fftest.toml::a long week\n    PAY: expected 430, but is 425';
  assert.equal(
    told({ ...result, passed: false, message }),
    'FAILED over time: a long week (0.01 s)\r\n    PAY: expected 430, but is 425\r\n',
  );
});

test('the ways out of a condition belong to the statement that begins with it', () => {
  const taken = [
    { label: 'true', count: 3 },
    { label: 'false', count: 0 },
  ];
  const file = {
    uri: 'file:///pay.ff',
    statements: [
      { range: AT, count: 3 },
      { range: BELOW, count: 0 },
    ],
    branches: [{ range: { ...AT, end: BELOW.end }, taken }],
  };
  assert.deepEqual(statements(file), [
    { range: AT, count: 3, ways: taken },
    { range: BELOW, count: 0, ways: [] },
  ]);
});

const outcomes: Record<string, [json: string, lines: string[]]> = {
  'numbers, texts and nothing': [
    '{"returns": {"PAY": 425, "NOTE": "it\'s", "NONE": null}, "log": [], "error": null}',
    ['PAY = 425', "NOTE = 'it''s'", 'NONE = NULL'],
  ],
  'arrays, by index': [
    '{"returns": {"HOURS": {"1": 8, "3": 7.5}}, "log": [], "error": null}',
    ['HOURS = [1: 8, 3: 7.5]'],
  ],
  'what was logged, and why it ended': [
    '{"returns": {}, "log": ["enter"], "error": {"class": "Divide by zero", ' +
      '"message": "hours is 0", "formula": "PAY", "line": 3}}',
    ['log: enter', 'PAY:3: Divide by zero: hours is 0'],
  ],
  'what it lacked': [
    '{"returns": {}, "log": [], "error": {"class": "No data found", "message": ' +
      '"`RATE` has no value.", "formula": "PAY", "line": 2}, ' +
      '"missing": {"kind": "item", "name": "RATE", "type": null}}',
    ['PAY:2: No data found: `RATE` has no value.', '    add to a case: items.RATE = …'],
  ],
};

for (const [what, [json, lines]] of Object.entries(outcomes)) {
  test(`a run shows ${what}`, () => {
    assert.deepEqual(outcomeLines(JSON.parse(json)), lines);
  });
}
