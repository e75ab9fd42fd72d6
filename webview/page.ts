import { render, type VNode } from 'preact';
import './base.css';

/** The JSON that whoever made the page put into one of its elements; undefined where there is none. */
export function pageData(id: string): unknown {
	const text = document.getElementById(id)?.textContent;
	return text ? JSON.parse(text) : undefined;
}

/** The text of one of the page's elements; empty where there is none. */
export function pageText(id: string): string {
	return document.getElementById(id)?.textContent ?? '';
}

/** Draws a view into an element of its own, so that nothing else of the page is touched. */
export function show(view: VNode): void {
	const root = document.createElement('div');
	root.id = 'view';
	document.body.append(root);
	render(view, root);
}
