import { t } from '../text';
import { ExactText } from './exactText';
import './continuations.css';

interface ContinuationsProps {
	readonly name: string;
	/** What is scored after the prompt; one list, or one for each of two prompts. */
	readonly of: readonly (readonly string[])[];
	/** What the model wrote instead, for each of the prompts. */
	readonly generated?: readonly (string | undefined)[];
}

/** The texts that stand after a prompt, each with the space it begins with. */
export function Continuations({ name, of, generated = [] }: ContinuationsProps) {
	return (
		<dl class={`continuations prompt-diff ${of.length > 1 ? 'split' : ''}`}>
			<div class="pair">
				<dt class="segment-name">{name}</dt>
				{of.map((texts, side) => (
					<dd key={side} class="text" data-side={side === 0 ? 'a' : 'b'}>
						{texts.map((text, i) => (
							<span key={i} class="continuation">
								<ExactText text={text} spaces="all" />
							</span>
						))}
						{generated[side] !== undefined && (
							<div class="generated">
								<span class="label">{t('generated')}</span>{' '}
								<span class="continuation">
									<ExactText text={generated[side]} spaces="all" />
								</span>
							</div>
						)}
					</dd>
				))}
			</div>
		</dl>
	);
}
