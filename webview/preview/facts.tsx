import type { PreviewModel, PromptView, TokenView } from '../../src/protocol/previewView';
import { oneLine } from '../components/characters';
import { Icon } from '../components/icon';
import { count, letter, sentence, t } from '../text';
import type { Shown } from './model';
import './facts.css';

/** What the shown prompt is: key, subject, right answer, and how much of the model's window it takes. */
export function Facts({ state: { example, model, prompt, against } }: { readonly state: Shown }) {
	return (
		<div class="facts-line">
			<span class="key">{oneLine(example.key)}</span>
			{example.subject && <span>{oneLine(example.subject)}</span>}
			{example.gold !== null && <span>{t('goldIs', { letter: letter(example.gold) })}</span>}
			{example.target !== null && <span>{t('goldIs', { letter: `“${oneLine(example.target).slice(0, 60)}”` })}</span>}
			<Lengths prompts={against ? [prompt, against] : [prompt]} model={model} />
		</div>
	);
}

function Lengths({ prompts, model }: { readonly prompts: readonly PromptView[]; readonly model: PreviewModel }) {
	switch (model.state) {
		case 'none':
			return <span class="soft">{t('noModel')}</span>;
		case 'loading':
			return <span class="soft">{t('loadingTokenizer', { model: model.name })}</span>;
		case 'missing':
			return (
				<span class="model-missing">
					<Icon name="info" /> {t('noTokens', { reason: sentence(model.reason) })}
				</span>
			);
		case 'ready':
			return (
				<>
					{prompts.map(
						({ variant, tokens }) =>
							tokens && <Length key={variant} {...tokens} name={prompts.length > 1 ? variant : ''} />,
					)}
				</>
			);
	}
}

/** `511 of 8,192 tokens`, with a bar; what does not fit is said in words by the lint. */
function Length({ count: tokens, limit, name }: Pick<TokenView, 'count' | 'limit'> & { readonly name: string }) {
	const over = tokens > limit;
	return (
		<span class={`length ${over ? 'over' : ''}`}>
			{over && <Icon name="warning" />}
			{name && `${name}: `}
			{t('tokensOfLimit', { n: count(tokens), m: count(limit) })}
			<svg class="length-bar" width={64} height={8} aria-hidden="true">
				<title>{t('tokensOfLimit', { n: count(tokens), m: count(limit) })}</title>
				<rect class="room" x={0.5} y={0.5} width={63} height={7} />
				<rect class="fill" x={1} y={1} width={Math.max(1, Math.min(1, tokens / limit) * 62)} height={6} />
			</svg>
		</span>
	);
}
