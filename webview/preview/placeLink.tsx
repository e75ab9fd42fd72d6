import type { FilePlace } from '../../src/protocol/previewView';
import { t } from '../text';

interface PlaceLinkProps {
	readonly place: FilePlace;
	reveal(place: FilePlace): void;
}

/** "line 21", which shows that line in the editor. */
export function PlaceLink({ place, reveal }: PlaceLinkProps) {
	return (
		<button type="button" class="link" onClick={() => reveal(place)}>
			{t('line', { n: place.line + 1 })}
		</button>
	);
}
