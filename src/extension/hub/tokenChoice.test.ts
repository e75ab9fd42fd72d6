import { describe, expect, it } from 'vitest';
import type { HubToken, TokenSource } from '../../hub/connection';
import { chooseToken, type FoundSource } from './tokenChoice';

const token = (source: TokenSource): HubToken => ({ value: `hf_of_${source}`, source });

function choose(there: readonly TokenSource[], answers: Partial<Record<FoundSource, boolean>>) {
	const asked: FoundSource[] = [];
	const get = (source: TokenSource) => async () => (there.includes(source) ? token(source) : null);
	const sources = {
		signedIn: get('sign-in'),
		found: { environment: get('environment'), 'token-file': get('token-file') },
	};
	const consent = {
		given: (source: FoundSource) => answers[source],
		ask: (source: FoundSource) => void asked.push(source),
	};
	return chooseToken(sources, consent).then(chosen => ({ source: chosen?.source ?? null, asked }));
}

describe('the token', () => {
	it('is that of the sign-in before all others, and nobody is asked', async () => {
		expect(await choose(['sign-in', 'environment', 'token-file'], {})).toEqual({ source: 'sign-in', asked: [] });
	});

	it('of the environment or the file is sent only after consent', async () => {
		expect(await choose(['environment', 'token-file'], {})).toEqual({ source: null, asked: ['environment'] });
		expect(await choose(['environment'], { environment: true })).toEqual({ source: 'environment', asked: [] });
		expect(await choose(['token-file'], {})).toEqual({ source: null, asked: ['token-file'] });
	});

	it('of a refused source is passed over', async () => {
		expect(await choose(['environment', 'token-file'], { environment: false })).toEqual({
			source: null,
			asked: ['token-file'],
		});
		expect(await choose(['environment', 'token-file'], { environment: false, 'token-file': true })).toEqual({
			source: 'token-file',
			asked: [],
		});
		expect(await choose(['environment'], { environment: false })).toEqual({ source: null, asked: [] });
	});

	it('that is malformed is a failure only where it was consented to', async () => {
		const broken = async () => {
			throw new Error('no token');
		};
		const sources = {
			signedIn: async () => null,
			found: { environment: broken, 'token-file': async () => null },
		};
		const ask = () => expect.unreachable();
		expect(await chooseToken(sources, { given: () => undefined, ask })).toBeNull();
		await expect(chooseToken(sources, { given: () => true, ask })).rejects.toThrow('no token');
	});
});
