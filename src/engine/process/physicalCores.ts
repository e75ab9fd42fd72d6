import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Cores that compute, hyper-threads not counted; null where the system does not tell simply, and ONNX Runtime's own count
 * serves. A number of ours keeps ONNX Runtime from pinning its threads to cores that others use as well.
 */
export function physicalCores(): number | null {
	if (process.platform === 'linux') {
		return Math.min(coresOf(readCpuInfo()) ?? Number.POSITIVE_INFINITY, availableParallelism());
	}
	return process.platform === 'darwin' && process.arch === 'arm64' ? availableParallelism() : null;
}

function readCpuInfo(): string {
	try {
		return readFileSync('/proc/cpuinfo', 'utf8');
	} catch {
		return '';
	}
}

/** Distinct pairs of socket and core in the text of /proc/cpuinfo; null where it does not name them, as on ARM. */
export function coresOf(cpuInfo: string): number | null {
	const cores = new Set<string>();
	for (const processor of cpuInfo.split('\n\n')) {
		const socket = /^physical id\s*:\s*(\d+)/m.exec(processor)?.[1];
		const core = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
		if (socket !== undefined && core !== undefined) {
			cores.add(`${socket}/${core}`);
		}
	}
	return cores.size === 0 ? null : cores.size;
}
