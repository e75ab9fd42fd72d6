/** What failures name. */
export interface ComputedModel {
	readonly file: string;
	readonly device: string;
}
