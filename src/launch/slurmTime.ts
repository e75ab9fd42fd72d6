/**
 * Seconds of a time as Slurm writes it (man sbatch, `--time`): minutes, minutes:seconds, hours:minutes:seconds,
 * days-hours, days-hours:minutes, days-hours:minutes:seconds. The configuration has seen to the form.
 */
export function slurmSeconds(time: string): number {
	const [days, rest] = time.includes('-') ? time.split('-', 2) : [null, time];
	const parts = (rest ?? '').split(':').map(Number);
	const [a = 0, b = 0, c = 0] = parts;
	if (days !== null) {
		return Number(days) * 86_400 + a * 3600 + b * 60 + c;
	}
	return parts.length === 3 ? a * 3600 + b * 60 + c : a * 60 + b;
}
