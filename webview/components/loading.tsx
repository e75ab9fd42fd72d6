import type { ComponentChildren } from 'preact';
import type { Resource } from '../state';
import { latest } from '../state';
import { errorText, t } from '../text';
import { Icon } from './icon';
import { Button, ProgressRing } from './toolkit';
import './loading.css';

interface LoadedProps<T> {
	readonly of: Resource<T>;
	/** What is being loaded, while nothing is there. */
	readonly waiting: string;
	/** Asks again after a failure; absent: the same question. */
	readonly onRetry?: () => void;
	children(value: T): ComponentChildren;
}

/** Shows a resource once it is there; before that that it is awaited, and instead of it why it failed. */
export function Loaded<T>({ of, waiting, onRetry = () => void of.reload(), children }: LoadedProps<T>) {
	const loadable = of.current.value;
	const value = latest(loadable);
	if (value !== null) {
		return <>{children(value)}</>;
	}
	if (loadable?.state === 'failed') {
		return <Failed error={loadable.error} onRetry={onRetry} />;
	}
	return (
		<div class="waiting" role="status">
			<ProgressRing />
			{waiting}
		</div>
	);
}

function Failed({ error, onRetry }: { readonly error: unknown; onRetry(): void }) {
	return (
		<div class="failed" role="alert">
			<Icon name="error" />
			<p>{errorText(error)}</p>
			<Button onClick={onRetry}>{t('retry')}</Button>
		</div>
	);
}
