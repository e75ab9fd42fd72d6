import type { PromptView } from '../../src/protocol/webview';
import { Icon } from '../components/icon';
import { sentence, t } from '../text';
import './lint.css';

/** What the linter says of the prompts in view. */
export function Lint({ prompts }: { readonly prompts: readonly PromptView[] }) {
	const found = prompts.flatMap(({ variant, lint }) => lint.map(one => ({ variant, ...one })));
	return (
		<section class="lint" aria-label={t('lintLabel')}>
			{found.length === 0 ? (
				<p>
					<Icon name="right" /> {t('lintClean')}
				</p>
			) : (
				<ul>
					{found.map(({ variant, severity, message }) => (
						<li key={JSON.stringify([variant, message])}>
							<Icon name={severity} />
							<span>
								<span class="visually-hidden">{t(severity)}: </span>
								{prompts.length > 1 && <strong>{variant}: </strong>}
								{sentence(message)}
							</span>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}
