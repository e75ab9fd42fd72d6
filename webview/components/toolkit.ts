// The one place that knows @vscode/webview-ui-toolkit. It is archived upstream: what stands here is all there is to replace.
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';
import { type ComponentChildren, h } from 'preact';
import './toolkit.css';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());

interface ButtonProps {
	readonly appearance?: 'primary' | 'secondary';
	readonly title?: string;
	readonly disabled?: boolean;
	onClick(): void;
	readonly children: ComponentChildren;
}

export function Button({ appearance = 'secondary', ...props }: ButtonProps) {
	return h('vscode-button', { appearance, ...props });
}

/** Turns while something is awaited; what, the text beside it says. */
export function ProgressRing() {
	return h('vscode-progress-ring', { 'aria-hidden': 'true' });
}
