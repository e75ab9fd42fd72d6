import { type ReportHead, reportElements } from '../src/protocol/reportData';
import { pageData, pageText, show } from './page';
import { reportSource } from './reportData';
import { followSystemTheme } from './reportTheme';
import { createResultsModel } from './results/model';
import { ResultsView } from './results/view';
import './reportTheme.css';

followSystemTheme();
// The report's builder made it of the same type, and a program can only be as old as the data beside it.
const head = pageData(reportElements.head) as ReportHead;
const source = reportSource({
	...head,
	samples: head.columns.map((_, i) => pageText(reportElements.samples(i))),
	segments: pageText(reportElements.segments),
});
const model = createResultsModel(
	source,
	{ copy: text => navigator.clipboard.writeText(text) },
	{ read: () => history.state, write: state => history.replaceState(state, '') },
);
show(<ResultsView model={model} />);
