import { signedNats } from '../text';
import './deltaBar.css';

const WIDTH = 96;
const HEIGHT = 10;

/** A change of margin as a bar to either side of zero, with its number. `greatest` is the scale's end. */
export function DeltaBar({ delta, greatest }: { readonly delta: number; readonly greatest: number }) {
	if (Number.isNaN(delta)) {
		return <>–</>;
	}
	const length = greatest > 0 ? Math.min(1, Math.abs(delta) / greatest) * (WIDTH / 2 - 1) : 0;
	const zero = WIDTH / 2;
	return (
		<span class="delta">
			<svg class="delta-bar" width={WIDTH} height={HEIGHT} aria-hidden="true">
				<rect
					class={delta < 0 ? 'falls' : 'rises'}
					x={delta < 0 ? zero - length : zero}
					y={1}
					width={length}
					height={HEIGHT - 2}
				/>
				<line x1={zero} x2={zero} y1={0} y2={HEIGHT} />
			</svg>
			<span class="delta-number">{signedNats(delta)}</span>
		</span>
	);
}
