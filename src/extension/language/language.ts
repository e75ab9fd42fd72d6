// What the language features use of dist/runtime.cjs: everything that needs a YAML parser, Jinja, data files or the Hub.
export { analyse } from './analysis/analysis';
export { completionsAt } from './analysis/completion';
export { datasetText, modelText } from './analysis/explain';
export { explanationAt } from './analysis/hover';
export { linksOf } from './analysis/links';
export { datasetRequest, mending, problemsOf } from './analysis/problems';
export {
	badVariantName,
	nameRange,
	renameVariant,
	variantNameAt,
	variantNames,
} from './analysis/variantNames';
export { askKnowledge, forget, nothingLearned } from './knowledge/askKnowledge';
