// The rooms as the extension uses them: the whole of dist/runtime.cjs, which loads at the first use (rooms.ts).

export { evaluationJsonSchema } from '../config/jsonSchema';
export { parseEvaluation } from '../config/parse';
export { resolveEvaluation } from '../config/resolve';
export { exportFormats, exportRun } from '../report/exportRun';
export { evaluate } from '../run/evaluate';
export { InvalidEvaluation } from '../run/loadEvaluation';
export { isLocked } from '../run/lock';
export { openRun } from '../run/openRun';
export { openPreview } from '../run/preview';
export { evaluationRunsFolder, readRecord, runsOf } from '../run/runFolder';
