import path from 'node:path';
import type { Chunking } from '../config/resolved';
import { type Message, message } from '../protocol/messages';
import type { EngineSetting } from './contract';

type ChunkSensitivity = EngineSetting['graph'];

/** How prompts are cut: as was asked, else as suits the graph. */
export function chunkingOf(asked: Chunking | null | undefined, { chunkSensitive }: ChunkSensitivity): Chunking {
	return asked ?? (chunkSensitive ? 'fixed' : 'shared');
}

/** What a reader of the numbers must know of how prompts are cut. */
export function chunkNotes(file: string, { chunkSensitive }: ChunkSensitivity, chunking: Chunking): Message[] {
	// In one piece, and alone, is how the numbers are meant.
	if (!chunkSensitive || chunking === 'whole') {
		return [];
	}
	const name = { file: path.basename(file) };
	return [chunking === 'fixed' ? message('engine.chunk-sensitive', name) : message('engine.chunk-shared', name)];
}

/** Whether an answer follows from its request alone: else it is worth nothing to a run that asks for other things beside it. */
export function isOfItsRequestAlone({ graph, chunking }: Pick<EngineSetting, 'graph' | 'chunking'>): boolean {
	return !(graph.chunkSensitive && chunking === 'shared');
}
