import { fuzz } from './fuzz';
import { targets } from './targets';

void fuzz(process.argv.slice(2), targets).then((code) => process.exit(code));
