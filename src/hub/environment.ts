import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { inputFailure } from '../protocol/failure';
import type { HubConnection, HubToken } from './connection';
import { checkedToken } from './token';

/** As process.env. Names and precedence are those of huggingface_hub, the Python library, so that both find the same. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The connection that the environment asks for: HF_ENDPOINT, HF_DATASETS_SERVER, HF_HUB_CACHE, HF_HOME, HF_HUB_OFFLINE,
 * HF_TOKEN, the token file, and their kin. The token file is read at every request, so that a new token is noticed.
 * @param overrides Such as a `token` that asks the editor's secret storage first.
 */
export function environmentConnection(env: Environment, overrides: Partial<HubConnection> = {}): HubConnection {
	return {
		endpoint: withoutSlash(env.HF_ENDPOINT || 'https://huggingface.co'),
		viewerEndpoint: withoutSlash(env.HF_DATASETS_SERVER || 'https://datasets-server.huggingface.co'),
		cache: hubCache(env),
		offline: isOn(env.HF_HUB_OFFLINE) || isOn(env.TRANSFORMERS_OFFLINE),
		token: async () =>
			isOn(env.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? null : (environmentToken(env) ?? (await tokenFromFile(env))),
		...overrides,
	};
}

/** HF_TOKEN, else HUGGING_FACE_HUB_TOKEN. @throws Failure where it has not the form of a token. */
export function environmentToken(env: Environment): HubToken | null {
	return checkedToken(env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN || '', 'environment');
}

/** Path of the file that `hf auth login` writes: HF_TOKEN_PATH, else `token` in HF_HOME. It need not exist. */
export function tokenFile(env: Environment): string {
	return expanded(env.HF_TOKEN_PATH) ?? path.join(hubHome(env), 'token');
}

/** @throws Failure where the token file cannot be read, or holds something else. */
export async function tokenFromFile(env: Environment): Promise<HubToken | null> {
	const file = tokenFile(env);
	try {
		return checkedToken(await readFile(file, 'utf8'), 'token-file');
	} catch (error) {
		// Node's file system throws errors that carry a code; a Failure has none.
		const code = (error as NodeJS.ErrnoException).code;
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			return null;
		}
		throw code === undefined ? error : inputFailure('hub.token-file-unreadable', { file, code }, error);
	}
}

function hubHome(env: Environment): string {
	const caches = expanded(env.XDG_CACHE_HOME) ?? path.join(homedir(), '.cache');
	return expanded(env.HF_HOME) ?? path.join(caches, 'huggingface');
}

// getHFHubCachePath of @huggingface/hub reads process.env alone, and takes `~` and an empty variable as they are.
function hubCache(env: Environment): string {
	return expanded(env.HF_HUB_CACHE) ?? expanded(env.HUGGINGFACE_HUB_CACHE) ?? path.join(hubHome(env), 'hub');
}

/** Absolute, with `~` for the home folder; null where the variable is unset or empty. */
function expanded(folder: string | undefined): string | null {
	return folder ? path.resolve(folder.replace(/^~(?=$|[\\/])/, () => homedir())) : null;
}

/** As in huggingface_hub's constants. */
function isOn(value: string | undefined): boolean {
	return /^(1|on|yes|true)$/i.test(value ?? '');
}

function withoutSlash(endpoint: string): string {
	return endpoint.trim().replace(/\/+$/, '');
}
