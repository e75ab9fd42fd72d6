/**
 * The text of a body, decoded as UTF-8.
 * @param limit Bytes; null is given for more.
 */
export async function bodyText(response: Response, limit: number): Promise<string | null> {
	const reader = response.body?.getReader();
	const pieces: Uint8Array[] = [];
	let size = 0;
	for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
		size += read.value.length;
		if (size > limit) {
			await reader?.cancel();
			return null;
		}
		pieces.push(read.value);
	}
	return new TextDecoder().decode(Buffer.concat(pieces));
}

/** The member of that name of a JSON object's text, where it is a text; else null. */
export function textMember(json: string, name: string): string | null {
	try {
		const value: unknown = JSON.parse(json);
		const member = typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
		return typeof member === 'string' ? member : null;
	} catch {
		return null;
	}
}
