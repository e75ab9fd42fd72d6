import type { RunRecord } from '../../run/record';
import { type TreeItemKind, treeItems } from '../contributions';

/** How a recorded run stands. `elsewhere`: another process writes it; `interrupted`: its process is gone. */
export type RunStatus = 'running' | 'elsewhere' | 'done' | 'cancelled' | 'failed' | 'interrupted';

/** A run folder's state with what this window knows of it: run.json says `running` also after a kill. */
export function runStatus(record: RunRecord, { ours, locked }: { ours: boolean; locked: boolean }): RunStatus {
	if (ours) {
		return 'running';
	}
	if (record.state === 'running') {
		return locked ? 'elsewhere' : 'interrupted';
	}
	return record.state;
}

const shown = {
	running: { icon: 'sync~spin', kind: treeItems.runRunning },
	elsewhere: { icon: 'sync', kind: treeItems.runElsewhere },
	done: { icon: 'pass', color: 'testing.iconPassed', kind: treeItems.runDone },
	cancelled: { icon: 'circle-slash', kind: treeItems.runUnfinished },
	failed: { icon: 'error', color: 'testing.iconFailed', kind: treeItems.runUnfinished },
	interrupted: { icon: 'debug-disconnect', kind: treeItems.runUnfinished },
} as const satisfies Record<RunStatus, { icon: string; color?: string; kind: TreeItemKind }>;

export function runAppearance(status: RunStatus): { icon: string; color?: string; kind: TreeItemKind } {
	return shown[status];
}
