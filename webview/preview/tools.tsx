import { Choices } from '../components/choices';
import { Toggle } from '../components/toggle';
import { t } from '../text';
import type { PreviewOptions } from './model';

interface ToolsProps {
	readonly options: PreviewOptions;
	readonly compared: boolean;
	/** There are tokens to show. */
	readonly tokenized: boolean;
}

/** How the prompt is drawn. */
export function Tools({ options, compared, tokenized }: ToolsProps) {
	const showsTokens = options.tokens.value && tokenized;
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset is a form's
		<div class="preview-tools" role="group" aria-label={t('toolsLabel')}>
			{compared && !showsTokens && (
				<Choices
					label={t('extentLabel')}
					value={options.onlyDifferences.value ? 'differences' : 'whole'}
					options={[
						{ value: 'differences', label: t('onlyDifferences') },
						{ value: 'whole', label: t('wholePrompts') },
					]}
					onChange={value => {
						options.onlyDifferences.value = value === 'differences';
					}}
				/>
			)}
			<Toggle label={t('spaces')} title={t('spacesHelp')} on={options.allSpaces} />
			<Toggle label={t('wrap')} title={t('wrapHelp')} on={options.wrap} />
			<Toggle label={t('tokenView')} title={t('tokenViewHelp')} on={options.tokens} disabled={!tokenized} />
			{showsTokens && <Toggle label={t('tokenIds')} title={t('tokenIdsHelp')} on={options.tokenIds} />}
		</div>
	);
}
