import type { Repository } from './repositories';
import type { SeenRequest } from './standIn';

/** Who asks: nobody, a valid token with or without access to restricted repositories, or one that is refused. */
export type Access = 'none' | 'good' | 'nogate' | 'refused';

export function bearer({ headers }: SeenRequest): Access {
	const token = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
	if (token === undefined) {
		return 'none';
	}
	return token === 'hf_test_good' ? 'good' : token === 'hf_test_nogate' ? 'nogate' : 'refused';
}

export function access({ spec }: Repository, token: Access): 'open' | 'gated' | 'hidden' {
	if (token === 'good') {
		return 'open';
	}
	return spec.private ? 'hidden' : spec.gated ? 'gated' : 'open';
}
