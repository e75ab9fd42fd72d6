import type { Signal } from '@preact/signals';
import { ExactText } from '../components/exactText';
import { t } from '../text';
import { type TokenizedPrompt, tokenAt } from './tokenPlaces';

interface TokenReadoutProps {
	readonly prompt: TokenizedPrompt;
	readonly active: Signal<number | null>;
}

/** The token under the pointer, or the one that the arrow keys chose. */
export function TokenReadout({ prompt, active }: TokenReadoutProps) {
	const place = active.value;
	const token = place === null ? null : tokenAt(prompt, place);
	return (
		<p class="token-readout" role="status">
			{token && place !== null ? (
				<>
					<span>
						{token.scored ? t('scoredToken') : t('tokenNOfM', { n: place + 1, m: prompt.tokens.count })}{' '}
						<code>
							<ExactText text={token.text} spaces="all" />
						</code>
					</span>
					<span>{t(token.ids.length > 1 ? 'tokenIdsAre' : 'tokenIdIs', { id: token.ids.join(' ') })}</span>
				</>
			) : (
				t('tokenHelp')
			)}
		</p>
	);
}
