/** Typed arrays cross to VS Code's webviews as they are; between this process and a browser's page only JSON does. */
const arrays = { Int16Array, Int32Array, Uint8Array, Uint32Array, Float32Array, Float64Array };

export function toWire(value: unknown): unknown {
	if (ArrayBuffer.isView(value)) {
		const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
		return { '@array': value.constructor.name, bytes: bytes.toString('base64') };
	}
	if (Array.isArray(value)) {
		return value.map(toWire);
	}
	return typeof value === 'object' && value !== null
		? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toWire(member)]))
		: value;
}

/** The page sends no arrays of numbers. */
export function fromWire(value: unknown): unknown {
	return value;
}

/** The page's end: VS Code's API over a function that the browser was given. */
export const bridgeScript = `
const arrays = { ${Object.keys(arrays).join(', ')} };
function fromWire(value) {
	if (typeof value !== 'object' || value === null) { return value; }
	if (value['@array']) {
		return new arrays[value['@array']](Uint8Array.from(atob(value.bytes), c => c.charCodeAt(0)).buffer);
	}
	for (const name of Object.keys(value)) { value[name] = fromWire(value[name]); }
	return value;
}
window.bridge = { receive: value => window.postMessage(fromWire(value), '*') };
window.acquireVsCodeApi = () => {
	let state;
	return {
		postMessage: value => window.bridgeSend(JSON.stringify(value)),
		getState: () => state,
		setState: next => { state = next; },
	};
};`;
