import type { KeyName } from '../../config/launch';

/** What of VS Code's SecretStorage is used. */
export interface Secrets {
	get(name: string): PromiseLike<string | undefined>;
	store(name: string, value: string): PromiseLike<void>;
	delete(name: string): PromiseLike<void>;
}

/** What of a Memento is used. */
export interface Memory {
	get<T>(name: string, otherwise: T): T;
	update(name: string, value: unknown): PromiseLike<void>;
}

const secretPrefix = 'evalLens.key.';
const bookName = 'evalLens.keys';

export const keyPattern = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * Keys of servers by name, with the hosts that each may go to; without encryption, with `http://` before them, a host is
 * another one. Values lie in the secret storage and nowhere else; a name that
 * an evaluation mentions gets no key to a host that nobody agreed to, be the key stored or in the environment.
 */
export class KeyBook {
	constructor(
		private readonly secrets: Secrets,
		private readonly memory: Memory,
		private readonly env: Readonly<Record<string, string | undefined>>,
	) {}

	/** Those that were stored or agreed to, each with its hosts. */
	all(): readonly { readonly name: KeyName; readonly hosts: readonly string[] }[] {
		return Object.entries(this.#hosts())
			.map(([name, hosts]) => ({ name: name as KeyName, hosts })) // written below, from names alone
			.sort((a, b) => a.name.localeCompare(b.name));
	}

	async value(name: KeyName): Promise<string | null> {
		const [source, own] = parts(name);
		const value = source === 'env' ? this.env[own] : await this.secrets.get(secretPrefix + own);
		return value?.trim() || null;
	}

	isAllowed(name: KeyName, host: string): boolean {
		return this.#hosts()[name]?.includes(host) ?? false;
	}

	async allow(name: KeyName, host: string): Promise<void> {
		if (!this.isAllowed(name, host)) {
			await this.#write({ ...this.#hosts(), [name]: [...(this.#hosts()[name] ?? []), host] });
		}
	}

	/** Stores or replaces a value. Who knows where it goes says so as well, by `allow`. */
	async store(name: `secret:${string}`, value: string): Promise<void> {
		await this.secrets.store(secretPrefix + parts(name)[1], value.trim());
		await this.#write({ ...this.#hosts(), [name]: this.#hosts()[name] ?? [] });
	}

	/** Deletes a stored key, and what was agreed to. */
	async forget(name: KeyName): Promise<void> {
		const [source, own] = parts(name);
		if (source === 'secret') {
			await this.secrets.delete(secretPrefix + own);
		}
		const { [name]: _, ...others } = this.#hosts();
		await this.#write(others);
	}

	#hosts(): Readonly<Record<string, readonly string[]>> {
		return this.memory.get<Record<string, readonly string[]>>(bookName, {});
	}

	async #write(hosts: Readonly<Record<string, readonly string[]>>): Promise<void> {
		await this.memory.update(bookName, hosts);
	}
}

/** Whether a server, as agreements name it, is reached without encryption. It is another than the encrypted one of that host. */
export function isUnencrypted(server: string): boolean {
	return server.startsWith('http://');
}

/** The host of a server, as what it says of a key names it. */
export function hostOf(server: string): string {
	return server.replace(/^http:\/\//, '');
}

export function isStored(name: KeyName): name is `secret:${string}` {
	return name.startsWith('secret:');
}

function parts(name: KeyName): readonly [source: 'env' | 'secret', own: string] {
	return isStored(name) ? ['secret', name.slice('secret:'.length)] : ['env', name.slice('env:'.length)];
}

/** Whether a text can be sent as a key: one word of visible characters. */
export function isKey(text: string): boolean {
	return /^[\x21-\x7e]+$/.test(text.trim());
}
