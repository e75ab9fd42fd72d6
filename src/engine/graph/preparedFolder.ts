import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import type { CancellationToken } from '../../protocol/cancellation';
import { type Message, messages } from '../../protocol/messages';
import { type Fingerprint, fingerprint, sameFingerprint } from './fingerprint';
import { guardCopy } from './guardCopy';
import { type PassName, passNames } from './pass';
import { copyFiles } from './writeCopy';

/** What is kept beside a rewritten model: what it must look like, and what was done to it. */
export interface Manifest {
	readonly format: 1;
	/** The files in the folder. */
	readonly files: Readonly<Record<string, Fingerprint>>;
	/** Files of weights beside the original model, by their place in its folder: they may change where it does not. */
	readonly sources: Readonly<Record<string, Fingerprint>>;
	readonly applied: Readonly<Record<PassName, boolean>>;
	readonly notes: readonly Message[];
}

const manifestFile = 'manifest.json';

const print = z.object({ bytes: z.number(), sample: z.string() });
const note: z.ZodType<Message> = z.object({
	// A code of another version is none of ours.
	code: z.custom<Message['code']>(code => typeof code === 'string' && Object.hasOwn(messages, code)),
	params: z.record(z.string(), z.union([z.string(), z.number(), z.lazy(() => note)])),
});
const manifestSchema = z.object({
	format: z.literal(1),
	files: z.record(z.string(), print).refine(files => Object.hasOwn(files, copyFiles.model)),
	sources: z.record(z.string(), print),
	applied: z.record(z.enum(passNames), z.boolean()),
	notes: z.array(note),
});

/**
 * Reads what was prepared in a folder; null where there is nothing, or something that is not as it was when it was written.
 * `original` is the folder of the model that it was made of.
 */
export async function readPrepared(
	folder: string,
	original: string,
	token: CancellationToken,
): Promise<Manifest | null> {
	try {
		const text = await readFile(path.join(folder, manifestFile), 'utf8');
		const parsed = manifestSchema.safeParse(JSON.parse(text));
		if (!parsed.success) {
			return null;
		}
		const whole =
			(await allSame(folder, parsed.data.files, token)) && (await allSame(original, parsed.data.sources, token));
		return whole ? parsed.data : null;
	} catch (error) {
		// No file, one that cannot be read or is no JSON; a cancellation is neither.
		if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) {
			return null;
		}
		throw error;
	}
}

async function allSame(folder: string, files: Manifest['files'], token: CancellationToken): Promise<boolean> {
	for (const [name, expected] of Object.entries(files)) {
		if (!sameFingerprint(expected, await fingerprint(path.join(folder, name), token))) {
			return false;
		}
	}
	return true;
}

/** Takes the fingerprints of files in a folder. */
export async function fingerprints(
	folder: string,
	names: readonly string[],
	token: CancellationToken,
): Promise<Record<string, Fingerprint>> {
	const taken: Record<string, Fingerprint> = {};
	for (const name of names) {
		taken[name] = await fingerprint(path.join(folder, name), token);
	}
	return taken;
}

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Temporary folders that are older are nobody's, whichever computer made them. */
const forgottenAfter = 24 * 60 * 60 * 1000;

/**
 * Makes a folder's content in a temporary one beside it, and puts it in place as a whole: a reader sees all or nothing.
 * Where another process was first, its folder stays, if `isWhole` says that it is good.
 */
export async function publishFolder(
	folder: string,
	make: (temporary: string) => Promise<Manifest>,
	isWhole: () => Promise<boolean>,
): Promise<void> {
	await guardCopy(folder, () => mkdir(path.dirname(folder), { recursive: true }));
	await removeLeftovers(path.dirname(folder));
	const temporary = temporaryName(folder);
	try {
		await guardCopy(temporary, () => mkdir(temporary));
		const manifest = await make(temporary);
		const text = `${JSON.stringify(manifest, null, '\t')}\n`;
		await guardCopy(temporary, () => writeFile(path.join(temporary, manifestFile), text, { flush: true }));
		await guardCopy(folder, () => putInPlace(temporary, folder, isWhole));
	} finally {
		await rm(temporary, { recursive: true, force: true });
	}
}

function temporaryName(folder: string): string {
	return `${folder}.${host}-${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

async function putInPlace(temporary: string, folder: string, isWhole: () => Promise<boolean>): Promise<void> {
	for (let attempts = 0; ; attempts++) {
		try {
			return await rename(temporary, folder);
		} catch (error) {
			const taken = await stat(folder).catch(() => null);
			if (!taken || attempts > 4) {
				throw error;
			}
			if (await isWhole()) {
				return;
			}
			// Moved first: removing takes a while in which others would find half of it.
			const aside = temporaryName(folder);
			await rename(folder, aside).catch(() => {});
			await rm(aside, { recursive: true, force: true });
		}
	}
}

/** Removes the temporary folders of processes that ended before they were done. */
async function removeLeftovers(parent: string): Promise<void> {
	for (const name of await readdir(parent)) {
		const owner = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.tmp$/.exec(name);
		if (!owner) {
			continue;
		}
		const file = path.join(parent, name);
		const made = await stat(file).catch(() => null);
		const old = made !== null && Date.now() - made.mtimeMs > forgottenAfter;
		if (old || (owner[1] === host && !isAlive(Number(owner[2])))) {
			await rm(file, { recursive: true, force: true }).catch(() => {});
		}
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Node's process functions throw errors that carry a code; one that may not be signalled is alive.
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
