import { firstCharacters, questionLength } from '../compare/columns';
import type { ReportData, ReportSample } from '../protocol/reportData';
import type { Sample } from '../protocol/sample';
import { type OpenRun, sampleScores } from '../run/openRun';

/** The run as the report page carries it: every segment's text once. */
export async function reportData(run: OpenRun): Promise<ReportData> {
	const texts = new Map<string, number>();
	const indexOf = (text: string) => {
		const index = texts.get(text) ?? texts.size;
		texts.set(text, index);
		return index;
	};
	const sampleOf = (sample: Sample): ReportSample => ({
		segments: run.prompt(sample).segments.map(segment => ({ ...segment, text: indexOf(segment.text) })),
		...sampleScores(sample),
	});
	const examples = [...run.examples.values()];
	const { models, variants } = run.record.evaluation;
	const columns = models.flatMap(model =>
		variants.map(variant => ({
			model: model.name,
			variant: variant.name,
			samples: examples.map(({ key }) => {
				const sample = run.sample(model.name, variant.name, key);
				return sample ? sampleOf(sample) : null;
			}),
		})),
	);
	return {
		overview: await run.overview(),
		texts: [...texts.keys()],
		examples: examples.map(({ key, subject, question, answer, choices }) => ({
			key,
			subject,
			question: firstCharacters(question, questionLength),
			gold: answer,
			choices,
		})),
		columns,
	};
}
