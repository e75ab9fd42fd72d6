/** A report has no editor around it: the system's preference decides, and the toolkit reads it from the body's class. */
export function followSystemTheme(): void {
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const contrast = matchMedia('(prefers-contrast: more)');
	const follow = () => {
		const kind = contrast.matches
			? `vscode-high-contrast${dark.matches ? '' : '-light'}`
			: `vscode-${dark.matches ? 'dark' : 'light'}`;
		document.body.className = kind;
		document.body.dataset.vscodeThemeKind = kind;
	};
	dark.addEventListener('change', follow);
	contrast.addEventListener('change', follow);
	follow();
}
