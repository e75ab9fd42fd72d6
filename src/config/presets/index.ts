import { harness2023Presets } from './harness2023';
import { helmPresets } from './helm';
import { lightevalSuitePresets } from './lightevalSuites';
import { lightevalTemplatePresets } from './lightevalTemplates';
import { lmEvalPresets } from './lmEval';
import { olmesPresets } from './olmes';
import { originalPresets } from './original';
import type { Preset } from './preset';

export type { Preset } from './preset';

/** Every preset there is. Adding one is adding an object to its family. */
export const presets: readonly Preset[] = [
	...originalPresets,
	...helmPresets,
	...harness2023Presets,
	...lmEvalPresets,
	...lightevalSuitePresets,
	...lightevalTemplatePresets,
	...olmesPresets,
];

export const presetNames: readonly string[] = presets.map(preset => preset.name);

export function findPreset(name: string): Preset | undefined {
	return presets.find(preset => preset.name === name);
}
