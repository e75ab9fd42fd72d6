// The rooms as the extension uses them: the whole of dist/runtime.cjs, which loads at the first use (rooms.ts).

export { evaluationJsonSchema } from '../config/jsonSchema';
export { parseEvaluation } from '../config/parse';
export { readEvaluation } from '../config/readEvaluation';
export { resolveEvaluation } from '../config/resolve';
export { importTaskFile } from '../config/taskFile/importTask';
export { datasetOutline } from '../data/datasetOutline';
export { readFile } from '../data/readFile';
export { datasetInfo } from '../hub/datasetInfo';
export { deviceLogin } from '../hub/deviceLogin';
export { environmentConnection, environmentToken, tokenFromFile } from '../hub/environment';
export { openHub, repositoryUrl } from '../hub/hub';
export { localRepositories } from '../hub/localRepositories';
export { modelInfo } from '../hub/modelInfo';
export { searchDatasets, searchModels } from '../hub/search';
export { checkedToken } from '../hub/token';
export { whoAmI } from '../hub/whoAmI';
export { exportFormats, exportRun } from '../report/exportRun';
export { evaluate } from '../run/evaluate';
export { importTask } from '../run/importTask';
export { InvalidEvaluation } from '../run/loadEvaluation';
export { isLocked } from '../run/lock';
export { openRun } from '../run/openRun';
export { PreviewSession } from '../run/previewSession';
export { evaluationRunsFolder, readRecord, runsOf } from '../run/runFolder';
export { localTaskFiles } from '../run/taskFiles';
export { addModel } from './authoring/addModel';
export * as language from './language/language';
