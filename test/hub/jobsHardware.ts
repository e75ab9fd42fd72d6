/** `GET /api/jobs/hardware`: some of what is documented, in dollars an hour. */
const hardware = [
	['cpu-basic', 'CPU Basic', null, 0.01],
	['cpu-upgrade', 'CPU Upgrade', null, 0.03],
	['t4-small', 'Nvidia T4 - small', 'T4', 0.4],
	['t4-medium', 'Nvidia T4 - medium', 'T4', 0.6],
	['l4x1', '1x Nvidia L4', 'L4', 0.8],
	['l4x4', '4x Nvidia L4', 'L4', 3.8],
	['a10g-small', 'Nvidia A10G - small', 'A10G', 1],
	['a10g-large', 'Nvidia A10G - large', 'A10G', 1.5],
	['a100-large', 'Nvidia A100 - large', 'A100', 2.5],
	['h200', 'Nvidia H200', 'H200', 5],
] as const;

export const flavors: readonly string[] = hardware.map(([name]) => name);

export const hardwareAnswer = hardware.map(([name, prettyName, model, anHour]) => ({
	name,
	prettyName,
	cpu: '4 vCPU',
	ram: '15 GB',
	accelerator: model === null ? null : { type: 'gpu', model, quantity: '1', vram: '24 GB', manufacturer: 'Nvidia' },
	unitCostMicroUSD: Math.round((anHour / 60) * 1e6),
	unitCostUSD: anHour / 60,
	unitLabel: 'minute',
}));
