import { expect, test } from 'vitest';
import { evaluationFileName } from './evaluationName';

test.each([
	['cais/mmlu', 'abstract_algebra', 1, 'mmlu-abstract_algebra.eval.yaml'],
	['stanfordnlp/imdb', 'default', 2, 'imdb-2.eval.yaml'],
	['../questions/', null, 1, 'questions.eval.yaml'],
	['a/..', '../../x', 1, 'x.eval.yaml'],
	['a/\u0000$(rm -rf)', null, 1, 'rm--rf.eval.yaml'],
	['///', null, 1, 'new.eval.yaml'],
])('%j with %j is file %i %j', (dataset, config, number, name) => {
	expect(evaluationFileName(dataset, config, number)).toBe(name);
});
