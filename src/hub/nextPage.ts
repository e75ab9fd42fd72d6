/**
 * The address of the page after, from a header such as `<https://huggingface.co/api/datasets?cursor=…>; rel="next"`. Only its
 * query is used: mirrors hand on the Hub's own addresses, and no answer shall lead to another server.
 */
export function nextPage(listing: string, link: string | null): string | null {
	const given = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
	return given !== undefined && URL.canParse(given, listing) ? listing + new URL(given, listing).search : null;
}
