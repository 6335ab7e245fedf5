/**
 * What the language status says of the model.
 *
 * No word of VS Code in here, so that it is tested without one.
 */

/** The notification `fastformula/status`, and the client capability that asks for it. */
export const STATUS = 'fastformula/status';

/** Said to those who ask for what only the server can do. */
export const STOPPED = 'The FastFormula server is not running.';

/** How the model is doing; `message` is a sentence of the server's. */
export interface ModelStatus {
  readonly kind: string;
  readonly message: string;
}

export interface Shown {
  readonly text: string;
  readonly detail: string;
  readonly busy: boolean;
  readonly severity: 'information' | 'warning';
}

const TEXTS: Readonly<Record<string, string>> = {
  off: 'Completion: off',
  loading: 'Completion: loading',
  ready: 'Completion: ready',
  slow: 'Completion: slow',
  failing: 'Completion: failing',
};

/** A failing model is a warning: editing goes on, and a small model answers meanwhile. */
export function shown(status: ModelStatus): Shown {
  return {
    // A server that is newer than this client may know more.
    text: TEXTS[status.kind] ?? 'Completion',
    detail: status.message,
    busy: status.kind === 'loading',
    severity: status.kind === 'slow' || status.kind === 'failing' ? 'warning' : 'information',
  };
}
