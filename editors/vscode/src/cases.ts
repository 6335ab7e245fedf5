/**
 * What the server says of tests and runs, and how that is put for people.
 *
 * No word of VS Code in here, so that it is tested without one.
 */

/** The requests and the notification of the server; docs/protocol.md describes them. */
export const TESTS = 'fastformula/tests';
export const RUN_TESTS = 'fastformula/runTests';
export const TESTS_CHANGED = 'fastformula/testsChanged';

/** The files that hold cases. */
export const CASE_FILES = '**/*.fftest.toml';
const ENDING = '.fftest.toml';

export interface Place {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Place;
  readonly end: Place;
}

export interface CaseFile {
  readonly uri: string;
  /** Null when it is not known which formula is tested. */
  readonly formula: string | null;
  /** Why the file cannot be read; there are no cases then. */
  readonly error?: string | null;
  readonly cases: readonly { readonly name: string; readonly range: Range }[];
}

export interface Difference {
  /** What was expected and what is, in words. */
  readonly text: string;
  /** The two, where there are two values to compare. */
  readonly expected?: string | null;
  readonly actual?: string | null;
}

export interface Result {
  /** The case file. */
  readonly uri: string;
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** All that is wrong, as `fastformula test` prints it, below a line with the name. */
  readonly message: string;
  readonly differences: readonly Difference[];
  /** The place in the formula that made the wrong value or the error. */
  readonly location?: { readonly uri: string; readonly range: Range } | null;
}

/** How far the cases came in one formula. */
export interface Covered {
  readonly uri: string;
  readonly statements: readonly { readonly range: Range; readonly count: number }[];
  readonly branches: readonly {
    readonly range: Range;
    readonly taken: readonly { readonly label: string; readonly count: number }[];
  }[];
}

export interface Results {
  readonly results: readonly Result[];
  readonly coverage?: readonly Covered[] | null;
}

/** What a formula gave; `error` is why it did not come to its end. */
export interface Outcome {
  readonly returns: Readonly<Record<string, unknown>>;
  readonly log: readonly string[];
  readonly error: {
    readonly class: string;
    readonly message: string;
    readonly formula: string;
    readonly line: number;
  } | null;
  /** What no case gave, and the formula needed to go on. */
  readonly missing?: { readonly kind: string; readonly name: string } | null;
}

/** The name of a case file without its folder and ending. */
export function fileLabel(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1)).replace(ENDING, '');
}

/** Cases by the file that they stand in, as the server is asked to run them. */
export function asked(
  cases: Iterable<{ readonly uri: string; readonly name: string }>,
): { uri: string; names: string[] }[] {
  const names = new Map<string, string[]>();
  for (const { uri, name } of cases) {
    const known = names.get(uri);
    if (known) known.push(name);
    else names.set(uri, [name]);
  }
  return [...names].map(([uri, all]) => ({ uri, names: all }));
}

/** What became of a case, for the terminal of the test results. */
export function told({ uri, name, passed, seconds, message }: Result): string {
  const [, ...why] = message.split(/\r?\n/);
  const title = `${passed ? 'passed' : 'FAILED'} ${fileLabel(uri)}: ${name}`;
  return [`${title} (${seconds.toFixed(2)} s)`, ...why, ''].join('\r\n');
}

/** The statements of a formula, each with the ways out of it that its IF or WHILE has. */
export function statements({ statements, branches }: Covered): {
  range: Range;
  count: number;
  ways: readonly { label: string; count: number }[];
}[] {
  const ways = new Map(branches.map(({ range, taken }) => [key(range.start), taken]));
  return statements.map(({ range, count }) => ({
    range,
    count,
    ways: ways.get(key(range.start)) ?? [],
  }));
}

function key({ line, character }: Place): string {
  return `${line}:${character}`;
}

/** The outcome of a run as lines: what was logged and returned, or why it ended. */
export function outcomeLines({ returns, log, error, missing }: Outcome): string[] {
  return [
    ...log.map((line) => `log: ${line}`),
    ...Object.entries(returns).map(([name, value]) => `${name} = ${written(value)}`),
    ...(error ? [`${error.formula}:${error.line}: ${error.class}: ${error.message}`] : []),
    ...(missing ? [`    add to a case: ${missing.kind}s.${missing.name} = …`] : []),
  ];
}

/** A value as it would stand in a formula; an array as `[1: 8, 2: 7.5]`. */
function written(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'object') {
    const elements = Object.entries(value).map(([at, each]) => `${at}: ${written(each)}`);
    return `[${elements.join(', ')}]`;
  }
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
