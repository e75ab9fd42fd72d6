import type { FilePlace, PromptView } from '../../src/protocol/previewView';
import { Icon } from '../components/icon';
import { sentence, t } from '../text';
import { PlaceLink } from './placeLink';
import './lint.css';

interface LintProps {
	readonly prompts: readonly PromptView[];
	reveal(place: FilePlace): void;
}

const severities = ['error', 'warning', 'info'] as const;

/** What the linter says of the prompts in view, the worst first. */
export function Lint({ prompts, reveal }: LintProps) {
	const found = prompts.flatMap(({ variant, lint }) => lint.map(one => ({ variant, ...one })));
	const sorted = found.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
	return (
		<section class="lint" aria-label={t('lintLabel')}>
			{sorted.length === 0 ? (
				<p>
					<Icon name="right" /> {t('lintClean')}
				</p>
			) : (
				<ul>
					{sorted.map(({ variant, severity, message, place }) => (
						<li key={JSON.stringify([variant, message])}>
							<Icon name={severity} />
							<span>
								<span class="visually-hidden">{t(severity)}: </span>
								{prompts.length > 1 && <strong>{variant}: </strong>}
								{sentence(message)} {place && <PlaceLink place={place} reveal={reveal} />}
							</span>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}
