import * as z from 'zod';
import type { CancellationToken } from '../../protocol/cancellation';
import { withSignal } from '../abort';
import type { Hub } from '../hub';
import { hubJson } from '../hubJson';
import { plainText } from '../plainText';

/** What a job can run on. */
export interface Hardware {
	/** As jobs name it: `a10g-small`. */
	readonly name: string;
	/** `1x Nvidia A10G`. */
	readonly description: string;
	/** Such as `A10G`; null: it has none. */
	readonly accelerator: string | null;
	readonly dollarsAMinute: number;
}

const minutes = { second: 1 / 60, minute: 1, hour: 60 } as const;

const hardwareAnswer = z
	.object({
		name: z.string().min(1),
		prettyName: z.string().catch(''),
		accelerator: z.object({ model: z.string() }).nullish().catch(null),
		unitCostUSD: z.number().nonnegative(),
		unitLabel: z.enum(['second', 'minute', 'hour']),
	})
	.transform(
		({ name, prettyName, accelerator, unitCostUSD, unitLabel }): Hardware => ({
			name: plainText(name, 100),
			description: plainText(prettyName, 100),
			accelerator: accelerator?.model ?? null,
			dollarsAMinute: unitCostUSD / minutes[unitLabel],
		}),
	);

/**
 * The hardware that jobs can have, with its prices, as the Hub lists it; nobody needs to be signed in.
 * @throws Failure where the Hub refuses, cannot be reached, or gives a price that cannot be read.
 */
export async function jobHardware(hub: Hub, token: CancellationToken): Promise<readonly Hardware[]> {
	const url = `${hub.endpoint}/api/jobs/hardware`;
	const { value } = await withSignal(token, signal => hubJson(hub, url, z.array(hardwareAnswer), signal));
	return value;
}
