import * as z from 'zod';
import { plainText, withoutTokens } from '../plainText';

/** Enough to ask for a job. */
export interface JobReference {
	/** The account or organisation that pays. */
	readonly namespace: string;
	readonly id: string;
}

/** A job of Hugging Face, as far as Eval Lens looks at it. */
export interface Job extends JobReference {
	/** ISO times; null: not yet, or the Hub does not say. */
	readonly created: string | null;
	readonly started: string | null;
	readonly finished: string | null;
	/** Hardware. */
	readonly flavor: string;
	readonly command: readonly string[];
	readonly labels: ReadonlyMap<string, string>;
	/** Seconds after which the Hub ends it. */
	readonly timeout: number | null;
	/** `SCHEDULING` and `RUNNING` are known, and those of `isOver`; there may be others. */
	readonly stage: string;
	/** What the Hub says of the stage, as one line without tokens. */
	readonly message: string | null;
	/** Of its exposed ports, as the Hub gives them: to be checked before anything is sent there. */
	readonly addresses: readonly string[];
	/** Seconds that it ran so far, as the Hub counts; null where it does not say. */
	readonly ran: number | null;
}

/** Stages that still cost, or may soon. */
export const liveStages = ['SCHEDULING', 'RUNNING'] as const;

const overStages: readonly string[] = ['COMPLETED', 'CANCELED', 'ERROR', 'DELETED'];

/** Whether a job of that stage is over for good. A stage that is not known counts as live, as live ones cost. */
export function isOver({ stage }: Pick<Job, 'stage'>): boolean {
	return overStages.includes(stage);
}

const time = z.iso.datetime({ offset: true }).nullish().catch(null);
const texts = z.array(z.unknown()).catch([]).transform(onlyTexts);
const seconds = z.number().nonnegative().nullish().catch(null);

/** An answer about a job. Only its id and stage must be right: without them nothing can be done with it. */
export function jobAnswer(namespace: string): z.ZodType<Job> {
	return z
		.object({
			id: z.string().regex(/^\w[\w-]{0,99}$/),
			createdAt: time,
			startedAt: time,
			finishedAt: time,
			flavor: z.string().catch('').transform(shown),
			command: texts,
			labels: z.record(z.string(), z.unknown()).nullish().catch(null),
			timeoutSeconds: seconds,
			status: z.object({
				stage: z.string().min(1).transform(shown),
				message: z.string().nullish().catch(null),
				exposeUrls: texts,
			}),
			durations: z.object({ runningSecs: seconds }).nullish().catch(null),
		})
		.transform(
			(job): Job => ({
				id: job.id,
				namespace,
				created: job.createdAt ?? null,
				started: job.startedAt ?? null,
				finished: job.finishedAt ?? null,
				flavor: job.flavor,
				command: job.command,
				labels: new Map(
					Object.entries(job.labels ?? {}).flatMap(([name, value]) =>
						typeof value === 'string' ? [[name, value] as const] : [],
					),
				),
				timeout: job.timeoutSeconds ?? null,
				stage: job.status.stage,
				message: plainText(withoutTokens(job.status.message ?? ''), 300) || null,
				addresses: job.status.exposeUrls,
				ran: job.durations?.runningSecs ?? null,
			}),
		);
}

function shown(text: string): string {
	return plainText(text, 100);
}

function onlyTexts(values: readonly unknown[]): readonly string[] {
	return values.filter(value => typeof value === 'string');
}
