/** A word of the Hub's tags, and how a person calls it. */
export interface Term {
	readonly id: string;
	readonly label: string;
}

// @huggingface/tasks has all of them, and 230 KB of widgets' examples besides; these are the ones about text.

/** Of models (pipeline tags) that a format can be tried on here, or that datasets name. */
export const modelTasks: readonly Term[] = [
	{ id: 'text-generation', label: 'Text Generation' },
	{ id: 'text-classification', label: 'Text Classification' },
	{ id: 'token-classification', label: 'Token Classification' },
	{ id: 'question-answering', label: 'Question Answering' },
	{ id: 'table-question-answering', label: 'Table Question Answering' },
	{ id: 'zero-shot-classification', label: 'Zero-Shot Classification' },
	{ id: 'translation', label: 'Translation' },
	{ id: 'summarization', label: 'Summarization' },
	{ id: 'feature-extraction', label: 'Feature Extraction' },
	{ id: 'fill-mask', label: 'Fill-Mask' },
	{ id: 'sentence-similarity', label: 'Sentence Similarity' },
	{ id: 'text-ranking', label: 'Text Ranking' },
	{ id: 'text2text-generation', label: 'Text-to-Text Generation' },
	{ id: 'image-text-to-text', label: 'Image-Text-to-Text' },
];

/** Of datasets (tags `task_categories:…`). */
export const datasetTasks: readonly Term[] = [
	...modelTasks.filter(({ id }) => id !== 'text2text-generation' && id !== 'image-text-to-text'),
	{ id: 'multiple-choice', label: 'Multiple Choice' },
	{ id: 'text-retrieval', label: 'Text Retrieval' },
	{ id: 'tabular-classification', label: 'Tabular Classification' },
];

/** Those that most datasets are tagged with (tags `language:…`, ISO 639-1). */
export const languages: readonly Term[] = [
	['en', 'English'],
	['zh', 'Chinese'],
	['es', 'Spanish'],
	['fr', 'French'],
	['de', 'German'],
	['ja', 'Japanese'],
	['ru', 'Russian'],
	['pt', 'Portuguese'],
	['ar', 'Arabic'],
	['it', 'Italian'],
	['ko', 'Korean'],
	['hi', 'Hindi'],
	['nl', 'Dutch'],
	['pl', 'Polish'],
	['tr', 'Turkish'],
	['vi', 'Vietnamese'],
	['id', 'Indonesian'],
	['fa', 'Persian'],
	['th', 'Thai'],
	['uk', 'Ukrainian'],
	['cs', 'Czech'],
	['sv', 'Swedish'],
	['ro', 'Romanian'],
	['el', 'Greek'],
	['he', 'Hebrew'],
	['bn', 'Bengali'],
	['ta', 'Tamil'],
	['te', 'Telugu'],
	['ur', 'Urdu'],
	['sw', 'Swahili'],
	['fi', 'Finnish'],
	['da', 'Danish'],
	['no', 'Norwegian'],
	['hu', 'Hungarian'],
	['ca', 'Catalan'],
	['eu', 'Basque'],
	['multilingual', 'Multilingual'],
].map(([id = '', label = '']) => ({ id, label }));
