import { firstCharacters, questionLength } from '../compare/columns';
import type { Segment } from '../protocol/prompt';
import type { ReportHead, ReportSample } from '../protocol/reportData';
import { type OpenRun, sampleScores } from '../run/openRun';
import type { SampleWithPrompt } from '../run/recordedSamples';

/** What the report page reads first. */
export async function reportHead(run: OpenRun): Promise<ReportHead> {
	const { models, variants } = run.record.evaluation;
	return {
		overview: await run.overview(),
		examples: run.exampleLines.map(({ key, subject, question, answer, choices }) => ({
			key,
			subject,
			question: firstCharacters(question, questionLength),
			gold: answer,
			choices,
		})),
		columns: models.flatMap(model => variants.map(variant => ({ model: model.name, variant: variant.name }))),
	};
}

/** Distinct segments as lines, numbered as they come. */
export class SegmentLines {
	readonly #numbers = new Map<string, number>();

	numberOf(segment: Segment): number {
		const line = JSON.stringify(segment);
		const number = this.#numbers.get(line) ?? this.#numbers.size;
		this.#numbers.set(line, number);
		return number;
	}

	lines(): Iterable<string> {
		return this.#numbers.keys();
	}
}

/** A line for each example: the variant's sample of it, or nothing. */
export async function* reportSamples(
	run: OpenRun,
	{ model, variant }: ReportHead['columns'][number],
	segments: SegmentLines,
): AsyncGenerator<string> {
	const samples = run.samplesOf(model, variant);
	let next = await samples.next();
	for (const { key } of run.exampleLines) {
		if (!next.done && next.value.sample.key === key) {
			yield JSON.stringify(reportSample(next.value, segments));
			next = await samples.next();
		} else {
			yield '';
		}
	}
}

function reportSample({ sample, segments }: SampleWithPrompt, lines: SegmentLines): ReportSample {
	return {
		...sampleScores(sample),
		gold: sample.gold,
		segments: segments.map(segment => lines.numberOf(segment)),
	};
}
