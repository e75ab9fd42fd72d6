import type { ReportData } from '../src/protocol/reportData';
import { pageData, show } from './page';
import { reportSource } from './reportData';
import { followSystemTheme } from './reportTheme';
import { createResultsModel } from './results/model';
import { ResultsView } from './results/view';
import './reportTheme.css';

followSystemTheme();
// The report's builder made it of the same type, and a program can only be as old as the data beside it.
const source = reportSource(pageData('report-data') as ReportData);
const model = createResultsModel(
	source,
	{ copy: text => navigator.clipboard.writeText(text) },
	{ read: () => history.state, write: state => history.replaceState(state, '') },
);
show(<ResultsView model={model} />);
