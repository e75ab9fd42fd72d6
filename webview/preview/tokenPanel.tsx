import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Scroller } from '../components/scroller';
import { t } from '../text';
import { type TokenizedPrompt, tokenCount } from './tokenPlaces';
import { TokenReadout } from './tokenReadout';
import { TokenText } from './tokenText';

interface TokenPanelProps {
	readonly prompt: TokenizedPrompt;
	/** There is another one beside it. */
	readonly named: boolean;
	readonly class: string;
}

/** A prompt as tokens; the pointer, or ← and →, choose one, of which the line below tells. */
export function TokenPanel({ prompt, named, class: className }: TokenPanelProps) {
	const active = useSignal<number | null>(null);
	useEffect(() => {
		active.value = null;
	}, [prompt, active]);
	const last = tokenCount(prompt.tokens) - 1;
	const moves: Readonly<Record<string, (place: number) => number>> = {
		ArrowRight: place => Math.min(place + 1, last),
		ArrowLeft: place => Math.max(place - 1, 0),
	};
	return (
		<>
			{named && <h2 class="token-head">{prompt.variant}</h2>}
			<Scroller
				class={className}
				label={named ? t('promptOf', { variant: prompt.variant }) : t('promptLabel')}
				onKeyDown={event => {
					const move = moves[event.key];
					if (move && last >= 0) {
						event.preventDefault();
						active.value = active.value === null ? 0 : move(active.value);
					}
				}}
			>
				<TokenText prompt={prompt} active={active} />
			</Scroller>
			<TokenReadout prompt={prompt} active={active} />
		</>
	);
}
